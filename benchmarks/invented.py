"""Flow tables of any size, invented: what the analyses are measured on."""

import numpy as np
import pandas as pd

COUNTERS = ["packets_src_to_dst", "bytes_src_to_dst", "packets_dst_to_src", "bytes_dst_to_src"]
HOUR = 3_600_000
START = 1_734_566_400_000  # 2024-12-19


def invent(rows: int) -> pd.DataFrame:
    """Return a flow table of two days: a third denied, 300 servers, 100,000 addresses outside.

    Of the connections, one in ten is logged at both ends.
    """
    rng = np.random.default_rng(1)
    size = int(rows / 3.27)
    denied = rng.random(size) < 0.3
    each = np.where(denied, 1, 2 + rng.choice([0, 0, 0, 1, 2, 8], size))
    which = np.repeat(np.arange(size), each)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(each) - each, each)
    state = np.where(
        np.repeat(denied, each) | (nth == 0), 0, np.where(nth == np.repeat(each, each) - 1, 2, 1)
    )
    begin = rng.integers(START, START + 48 * HOUR, size)
    moment = begin[which] + nth * 300_000 - np.where(state == 2, rng.integers(0, 299_000, len(which)), 0)
    twice = (rng.random(size) < 0.1)[which]
    late = rng.integers(0, 900, size)[which[twice]]
    view = np.repeat([0, 1], [len(which), len(late)])
    which, state = np.append(which, which[twice]), np.append(state, state[twice])
    moment = np.append(moment, moment[twice] + late)
    order = np.argsort(moment, kind="stable")
    inbound = np.where(np.append(twice, twice[twice]), view == 1, (rng.random(size) < 0.6)[which])
    return _typed(rng, denied, [column[order] for column in (which, state, moment, view, inbound)])


def _typed(rng, denied, columns) -> pd.DataFrame:
    which, state, moment, view, inbound = columns
    size, rows = len(denied), len(which)
    nic = (rng.integers(0, 8, size)[which] + view) % 8
    servers = [f"10.20.{i // 50}.{i % 50 + 4}" for i in range(300)]
    outside = servers + [f"203.{i % 256}.{i // 256 % 256}.{i // 65536}" for i in range(300, 100_000)]
    near = np.where(rng.random(size) < 0.4, rng.integers(0, 100_000, size), rng.integers(0, 200, size))
    group = "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS"
    acl = _category(nic // 2, [f"{group}/N{i}" for i in range(4)])
    blobs = [f"resourceId={group}/N0/h={i // 8}/{i % 8}/PT1H.json" for i in range(56 * 8)]
    time_ = pd.Series(moment.astype("datetime64[ms]")).dt.tz_localize("UTC")
    return pd.DataFrame({
        "time": time_, "src_ip": _category(near[which], outside),
        "dst_ip": _category(rng.integers(0, 300, size)[which], outside),
        "src_port": rng.integers(1024, 65535, size).astype("uint16")[which],
        "dst_port": rng.choice([22, 80, 443, 3389, 53, 1433, 8080], size).astype("uint16")[which],
        "protocol": _category((rng.random(size) < 0.2).astype(int)[which], ["TCP", "UDP"]),
        "direction": _category(1 - inbound.astype(int), ["inbound", "outbound"]),
        "decision": _category(denied.astype(int)[which], ["allowed", "denied", "unknown"]),
        "state": _category(state, ["begin", "continuing", "end"]),
        "encryption": _category(np.full(rows, -1), ["encrypted"]),
        **{c: pd.arrays.IntegerArray(rng.integers(1, 100_000, rows), state == 0) for c in COUNTERS},
        "rule": _category(rng.integers(0, 20, size)[which], [f"UserRule_{i}" for i in range(20)]),
        "acl": acl, "mac": _category(nic, [f"000D3A00000{i}" for i in range(8)]), "resource": acl,
        "flow_log": _category(np.full(rows, -1), ["none"]),
        "version": np.full(rows, 2, "uint8"), "record_time": time_,
        "blob": _category((moment - START) // HOUR * 8 + nic, blobs),
        "record": (moment // 60_000 % 60).astype("int32"),
        "tuple": np.arange(rows).astype("int32"),
    })  # fmt: skip


def _category(codes, names) -> pd.Categorical:
    """Return categories in order, as nsgkit.read_logs gives them."""
    return pd.Categorical.from_codes(codes, names).set_categories(sorted(names))
