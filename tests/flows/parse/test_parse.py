"""The quick way and the exact way agree on everything, and no tuple is lost."""

import json
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.flows.parse import csv_lines
from nsgkit.flows.parse import tuples_fast as bulk
from tests.blobs import ALLOWED, PROBE, VNET_BEGIN, blob, nsg_record, read, same, vnet_record

TIMES = st.sampled_from(
    [
        "1734601416",
        "1734601416123",
        "0",
        "253402300799",
        "17346x1416",
        " 1734601416",
        "",
        # These look as if the quick way had marked them, or stay without its mark.
        "91734601416",
        "91734601416123",
        "0734601416",
        "5",
        "001734601416",
        "0001734601416",
    ]
)
ADDRESSES = st.sampled_from(
    [
        "10.0.0.4",
        "203.0.113.9",
        "2001:DB8::1",
        "2001:db8:0::1",
        "10.0.0.256",
        "xxx.xxx.xxx.xxx",
        "fe80::1%1",
        "0x1",
    ]
)
PORTS = st.sampled_from(["0", "443", "65535", "65536", "-1", "0x1F", "00443", "", "é"])
COUNTERS = st.sampled_from(["", "0", "52", "4294967297", str(2**63 - 1), str(2**63), "-1", "1e3", "9" * 50])
LETTERS = st.sampled_from(["T", "U", "I", "O", "A", "D", "B", "C", "E", "X", "", "TT", "6", "17", "256"])


def common(draw):
    good = draw(st.booleans())
    pick = lambda usual, any_: usual if good or draw(st.integers(0, 3)) else draw(any_)  # noqa: E731
    return pick, [
        pick("1734601416", TIMES), pick("203.0.113.9", ADDRESSES), pick("10.0.0.4", ADDRESSES),
        pick("51318", PORTS), pick("443", PORTS),
    ]  # fmt: skip


@st.composite
def nsg_tuples(draw):
    pick, fields = common(draw)
    fields += [pick("T", LETTERS), pick("I", LETTERS), pick(draw(st.sampled_from("AD")), LETTERS)]
    form = draw(st.sampled_from([8, 12, 13, 13, 13]))
    if form > 8:
        counters = [pick("", COUNTERS) for _ in range(form - 9)]
        fields += [pick(draw(st.sampled_from("BCE")), LETTERS), *counters]
    return ",".join(fields)


@st.composite
def vnet_tuples(draw):
    pick, fields = common(draw)
    fields[0] = pick("1734601440123", TIMES)
    fields += [pick(draw(st.sampled_from(["6", "17", "1", "254"])), LETTERS), pick("O", LETTERS)]
    fields += [
        pick(draw(st.sampled_from("BCED")), LETTERS),
        pick("NX", st.sampled_from(["X", "", "nx", "NX_1", "X" * 33, "\x7f"])),
    ]
    return ",".join([*fields, *(pick("0", COUNTERS) for _ in range(4))])


ODD = st.one_of(
    st.text(max_size=20),
    st.sampled_from([",", "1", '"', "]", "[", PROBE[-4:]]),
    st.none(),
    st.integers(),
    st.lists(st.text(max_size=3), max_size=2),
)


@st.composite
def records(draw):
    if draw(st.booleans()):
        tuples = draw(st.lists(st.one_of(nsg_tuples(), nsg_tuples(), ODD), max_size=6))
        return nsg_record(*tuples, version=draw(st.sampled_from([1, 2, 2, 2, "2", "1.0", 3])))
    tuples = draw(st.lists(st.one_of(vnet_tuples(), vnet_tuples(), ODD), max_size=6))
    return vnet_record(*tuples, version=draw(st.sampled_from([4, 4, 4, 5])))


@st.composite
def texts(draw):
    record = draw(records())
    separators = draw(st.sampled_from([(",", ":"), (",", ":"), (", ", ": ")]))
    text = json.dumps(record, separators=separators, ensure_ascii=draw(st.booleans()))
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + draw(st.sampled_from(['"', "}", "{", "]", ",", "\\", '"time":1,', "é", "\0"]))
            + text[at:]
        )
    return text


@given(
    st.lists(st.lists(texts(), max_size=4), min_size=1, max_size=3),
    st.sampled_from([1, 300, 1 << 20]),
    st.sampled_from([5, 1 << 19]),
)
def test_quick_way_is_exact_way(blobs, size, chunk):
    data = [blob(*records) for records in blobs]
    with patch.object(csv_lines, "_CHUNK", chunk):
        same(read(*data, size=size), read(*data, exact=True))


@given(st.integers(1, 200))
def test_where_a_chunk_ends_does_not_matter(chunk):
    data = blob(nsg_record(PROBE, ALLOWED, PROBE), nsg_record(), nsg_record(ALLOWED, minute=45))
    with patch.object(csv_lines, "_CHUNK", chunk), patch.object(bulk, "_read_carefully", None):
        found = read(data)
    same(found, read(data, exact=True))
    assert len(found.flows) == 4


MARKED = ALLOWED.replace(ALLOWED[:10], "91734601416")
UNMARKED = ALLOWED.replace(ALLOWED[:10], "5")


@pytest.mark.parametrize(
    "tuples", [(MARKED,), (ALLOWED, MARKED), (UNMARKED, MARKED), (UNMARKED, ALLOWED, MARKED)]
)
def test_a_time_that_looks_marked_is_judged_as_it_is_written(tuples):
    """The quick way writes a 9 before each list's first tuple to find it again."""
    data = blob(nsg_record(PROBE, ALLOWED), nsg_record(*tuples, minute=45), nsg_record(ALLOWED, minute=46))
    found = read(data)
    same(found, read(data, exact=True))
    assert len(found.flows) == 3 + tuples.count(ALLOWED)
    assert len(found.rejects) == len(tuples) - tuples.count(ALLOWED)


@given(st.lists(records(), max_size=4), st.integers(0, 4000))
def test_a_cut_blob_gives_its_whole_records_and_one_reject(wanted, cut):
    data = blob(*wanted)
    data = data[: min(cut, len(data))]
    quick = read(data)
    same(quick, read(data, exact=True))
    whole = read(blob(*wanted))
    held = whole.flows[whole.flows["record"] < quick.counts[0].records - quick.rejects["tuple"].isna().sum()]
    assert len(quick.flows) == len(held) or whole.rejects["tuple"].isna().any()


@given(st.binary(max_size=200))
def test_random_bytes_never_lose_the_record_before_them(tail):
    data = b'{"records":[' + blob(nsg_record(PROBE))[12:-2] + b"," + tail
    quick = read(data)
    same(quick, read(data, exact=True))
    assert len(quick.flows) >= 1


@given(st.permutations(range(5)))
def test_order_of_records_does_not_matter(order):
    wanted = [nsg_record(PROBE, ALLOWED, minute=i) for i in range(4)] + [vnet_record(VNET_BEGIN)]
    assert facts(read(blob(*(wanted[i] for i in order)))) == facts(read(blob(*wanted)))


@given(st.lists(st.integers(0, 2), min_size=5, max_size=5))
def test_split_over_files_does_not_matter(homes):
    wanted = [nsg_record(PROBE, ALLOWED, minute=i) for i in range(4)] + [vnet_record(VNET_BEGIN)]
    files = [blob(*(r for r, home in zip(wanted, homes, strict=True) if home == i)) for i in range(3)]
    assert facts(read(*files)) == facts(read(blob(*wanted)))


def facts(result):
    plain = result.flows.drop(columns=["blob", "record", "tuple"]).astype(object)
    return sorted(map(repr, plain.where(plain.notna(), None).itertuples(index=False)))


def test_an_escaped_quote_does_not_end_a_tuple():
    """Each part of the last text would be a tuple with an unknown decision, were the quotes in it its own."""
    part = PROBE[: PROBE.index("D,B")]
    data = blob(nsg_record(part + "A", "", f'{part}"{part}"{part}A'))
    found = read(data)
    same(found, read(data, exact=True))
    assert (len(found.flows), len(found.rejects)) == (1, 2)


def test_tuples_are_never_deduplicated():
    assert len(read(blob(nsg_record(PROBE, PROBE, PROBE))).flows) == 3


def test_a_record_repeated_counts_once():
    result = read(blob(nsg_record(PROBE), nsg_record(ALLOWED), nsg_record(PROBE)))
    assert len(result.flows) == 2
    assert result.rejects["reason"].tolist() == ["repeats record 0 of 0: counted once"]
    assert result.rejects[["record", "tuple"]].to_numpy().tolist() == [[2, 0]]


def test_a_record_that_only_resembles_another_counts():
    others = [ALLOWED.replace("55256", port) for port in ("55257", "55258", "55256")]
    found = read(blob(*(nsg_record(tuple_) for tuple_ in [ALLOWED, *others])))
    assert list(found.flows["src_port"]) == [55256, 55257, 55258]
    assert list(found.rejects["reason"]) == ["repeats record 0 of 0: counted once"]


def test_the_version_is_read_per_record():
    short = PROBE.removesuffix(",B,,,,")
    result = read(blob(nsg_record(PROBE), nsg_record(short, version=1)))
    assert result.flows["version"].tolist() == [2, 1]
    assert result.flows["state"].isna().tolist() == [False, True]


def test_mixed_numbers_of_fields_stay_in_order():
    short, twelve = PROBE.removesuffix(",B,,,,"), PROBE[:-1]
    result = read(
        blob(nsg_record(PROBE, twelve), nsg_record(short, minute=45), nsg_record(ALLOWED, minute=46))
    )
    assert result.flows[["record", "tuple"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 0], [2, 0]]
    assert not len(result.rejects)


def test_rejects_point_to_their_bytes():
    data = blob(nsg_record(PROBE), nsg_record(ALLOWED, "1734601416,nonsense", minute=45))
    reject = read(data).rejects.iloc[0]
    assert (reject["record"], reject["tuple"]) == (1, 1)
    assert data[reject["offset"] :].startswith(b'"1734601416,nonsense"')
    assert reject["raw"] == "1734601416,nonsense"
    assert reject["reason"] == "2 fields; version 2 has 8 or 12 or 13"


def test_increments_of_the_documented_example():
    lines = ["1493695838,185.170.185.105,10.2.0.4,35370,23,T,I,A," + end for end in
             ("B,,,,", "C,1021,588096,8005,4610880", "E,52,29952,47,27072")]  # fmt: skip
    flows = read(blob(nsg_record(*lines))).flows
    packets = flows["packets_src_to_dst"].sum() + flows["packets_dst_to_src"].sum()
    assert (packets, flows["bytes_src_to_dst"].sum() + flows["bytes_dst_to_src"].sum()) == (9_125, 5_256_000)


def test_an_empty_counter_is_unknown():
    flows = read(blob(nsg_record(PROBE))).flows
    assert flows["bytes_src_to_dst"].isna().all()


def test_both_families_in_one_table():
    flows = read(blob(nsg_record(PROBE)), blob(vnet_record(VNET_BEGIN))).flows
    assert flows["time"].tolist() == [
        pd.Timestamp(1734601416, unit="s", tz="UTC"),
        pd.Timestamp(1734601440123, unit="ms", tz="UTC"),
    ]
    assert flows["decision"].tolist() == ["denied", "allowed"]
    assert flows["acl"].str.startswith("/SUB").tolist() == [True, False]
    assert pd.isna(flows["flow_log"][0]) and flows["flow_log"][1].endswith("VNETLOG")
    assert flows["resource"][1] == "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/VIRTUALNETWORKS/VNET"
