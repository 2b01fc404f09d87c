"""The question: which doors for administrators and databases are open to the internet."""

from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import count, distinct, known_sum
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts
from nsgkit.detections.evidence import earliest
from nsgkit.detections.form import Finding, Kind, findings_table, many, parts, strength
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import EXPOSED_PORTS
from nsgkit.schema.ports import MANAGEMENT_PORTS

EXPOSED = "exposed port"
LITTLE = 10_000  # bytes back: more than a greeting or a failed logon
_KEYS = ["dst_ip", "dst_port"]
_COUNTED = ("unanswered", "refused", "answered", "unknown")


def exposed_ports(
    conversations: object, *, network: Own = None, ports: Sequence[int] = MANAGEMENT_PORTS
) -> pd.DataFrame:
    """Return the management ports to which somebody outside was let in, one row an address and port.

    Counting rule: attempts, each once, that a rule allowed, from outside the own networks to an address that
    is not outside; those that began before the data too. Allowed is not answered: `answered`, `unanswered`,
    `refused` and `unknown` (no counters) are counted apart. `sources` are distinct addresses outside.
    Bytes are what the counters tell, null where none does. `rule` is the rule that let most of them in,
    `rules` is how many did.

    Score: the mean of two strengths, of the sources (.5 at one, .75 at two) and of the bytes back
    (.5 up to 10,000, .75 at 20,000). It is halved where nothing is known to have answered.

    Harmless look-alikes: a gateway for administrators that is meant to be open, and guarded by something that
    these logs do not see; a partner whose addresses are missing from `network`; a machine put there to
    be attacked.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    ports : sequence of int
        The ports that should not be open to the internet.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.EXPOSED_PORTS`, the highest score first; src_ip is null. Of very many
        attempts, the first 1,000 stand in `rows`. Times are UTC, sizes in bytes.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = exposed_ports(conversations)
    >>> found[["dst_ip", "dst_port", "sources", "answered"]].to_numpy().tolist()
    [['10.20.0.4', 22, 3, 188]]

    Source: own.
    """
    rows = attempts(conversations, network).filter(
        nw.col("dst_port").is_in([*ports]),
        nw.col("decision") == "allowed",
        nw.col("from_outside"),
        ~nw.col("to_outside"),
    )
    found = _counted(rows)
    if found.empty:
        return findings_table(found, EXPOSED, EXPOSED_PORTS)
    found = found.join(earliest(rows, found.reset_index(), _KEYS))
    found["last"] = found["last_seen"]
    size = found["bytes_back"].astype("float64").fillna(0)
    whole = (strength(found["sources"], 1) + strength(size, LITTLE)) / 2
    found["score"] = whole.where(found["answered"] > 0, whole / 2)
    return findings_table(found, EXPOSED, EXPOSED_PORTS, conversations, network)


def _counted(rows: Rows) -> pd.DataFrame:
    """Return the figures of each address and port, counted where the rows are."""
    told = rows.aggregate(
        [*_KEYS, "rule"],
        n=nw.len().cast(nw.Int64),
        last_seen=nw.col("last_ms").max(),
        bytes_in=known_sum("bytes_src_to_dst"),
        bytes_back=known_sum("bytes_dst_to_src"),
        **{name: count(nw.col("outcome") == name) for name in _COUNTED},
    )
    numbers = ["n", "last_seen", *_COUNTED]
    each = told.collect(
        {"dst_ip": "str", "dst_port": "Int64", "rule": "str", "bytes_in": "Int64", "bytes_back": "Int64"}
        | dict.fromkeys(numbers, "int64")
    ).sort_values(["n", "rule"], ascending=[False, True])
    groups = each.groupby(_KEYS)
    sums = groups[["bytes_in", "bytes_back"]].sum(min_count=1).join(groups[[*_COUNTED]].sum())
    sources = rows.aggregate(_KEYS, sources=distinct("src_ip")).collect(
        {"dst_ip": "str", "dst_port": "Int64", "sources": "int64"}
    )
    return sums.join(sources.set_index(_KEYS)).assign(
        rule=groups["rule"].first(), rules=groups["rule"].nunique(), last_seen=groups["last_seen"].max(),
        denied=0,
    )  # fmt: skip


def _told(finding: Finding) -> str:
    size = finding["bytes_back"]
    back: str = "no counter tells what came back" if pd.isna(size) else f"{size:,} bytes came back"
    return (
        f"Port {finding['dst_port']} of {finding['dst_ip']} was open to "
        f"{many(finding['sources'], 'address', 'es')} outside ({parts(finding)}), "
        f"by {finding['rule']}; {back}."
    )


EXPOSED_PORT = Kind(
    EXPOSED,
    exposed_ports,
    EXPOSED_PORTS,
    _told,
    "the port is meant to be open to these addresses, such as a gateway's or a partner's.",
    0.7,
)
