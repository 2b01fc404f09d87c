"""Lanes: what happened when, held against the same in plain Python."""

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit import schema
from nsgkit.analyses import lanes
from nsgkit.analyses.forensics import lane_shapes
from nsgkit.analyses.forensics.lane_marks import lanes_within
from nsgkit.analyses.forensics.laned import Laned
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.frames import flows

FEW = """
09:00:00 10.0.0.4:50000 192.0.2.7:443 TCP O A B
09:10:00 10.0.0.4:50000 192.0.2.7:443 TCP O A E 3/300 2/200
09:01:00 192.0.2.8:50001 10.0.0.4:22 TCP I D B
09:02:00 10.0.0.4:50002 192.0.2.7:443 TCP O A B
09:03:00 10.0.0.4:50003 192.0.2.9:53 UDP O A E 1/80 1/90
"""


@pytest.fixture(scope="module")
def few():
    return nsgkit.conversations(flows(FEW))


@pytest.fixture(scope="module")
def laned(stitched):
    return Laned.of_conversations(stitched)


def at(clock):
    return pd.Timestamp(f"2024-12-19 {clock}", tz="UTC")


def test_a_connection_is_a_bar_as_long_as_it_lasted(few):
    bar = lanes(few).query("mark == 'bar'").squeeze()
    assert (bar["start"], bar["end"], bar["bytes"]) == (at("09:00"), at("09:10"), 500)


def test_a_denied_attempt_is_a_tick(few):
    tick = lanes(few).query("decision == 'denied'").squeeze()
    assert (tick["mark"], tick["lane"], tick["start"]) == ("tick", "192.0.2.8", at("09:01"))


def test_open_and_orphan_ends_are_told(few):
    told = lanes(few).set_index("src_port")[["begun", "ended"]].astype(int).agg(tuple, axis=1).to_dict()
    assert told == {50000: (1, 1), 50001: (1, 1), 50002: (1, 0), 50003: (0, 1)}


def test_an_unknown_size_is_null(few):
    assert lanes(few).set_index("src_port")["bytes"].isna().to_dict() == {
        50000: False, 50001: True, 50002: True, 50003: False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("of", "by", "names"),
    [
        ("", "peer", {"192.0.2.7", "192.0.2.8", "192.0.2.9"}),
        ("ip:192.0.2.7", "peer", {"10.0.0.4"}),
        ("dst:10.0.0.4", "peer", {"192.0.2.8"}),
        ("src:10.0.0.4 dst:192.0.2.7", "peer", {"192.0.2.7"}),
        ("", "host", {"10.0.0.4"}),
        ("", "port", {"22", "53", "443"}),
    ],
)
def test_whose_lanes(few, of, by, names):
    assert {*lanes(few, of=of, by=by)["lane"]} == names


def test_a_port_is_called_by_its_service(few):
    assert schema.names_carried(lanes(few, by="port"))["22"] == "22  ·  ssh"


def test_a_finding_has_a_lane_of_what_proves_it(few):
    first = few.iloc[0]
    row = {"kind": "beacon", "src_ip": "10.0.0.4", "dst_ip": None, "dst_port": 443}
    found = pd.DataFrame([{**row, "rows": [tuple(first[[*schema.PLACE]])]}] * 2)
    table = lanes(few, by="finding", found=found)
    assert table["lane"].tolist() == ["beacon  ·  10.0.0.4 → many:443", "beacon  ·  10.0.0.4 → many:443 (2)"]
    assert (table["src_port"] == first["src_port"]).all()


def test_a_lane_of_few_connections_with_many_bytes_is_not_left_out():
    many = [f"09:00:{i:02} 10.0.0.4:{50000 + i} 192.0.2.7:443 TCP O A E 1/10 1/10" for i in range(9)]
    some = [f"09:01:{i:02} 10.0.0.4:{51000 + i} 192.0.2.8:443 TCP O A E 1/10 1/10" for i in range(5)]
    one = ["09:02:00 10.0.0.4:52000 192.0.2.9:443 TCP O A E 9/9000000 9/9000"]
    table = lanes(nsgkit.conversations(flows("\n".join([*many, *some, *one]))), top=2)
    assert table.drop_duplicates("rank")["lane"].tolist() == ["192.0.2.7", "192.0.2.9"]
    assert (table.attrs["not_shown"], table.attrs["lanes"]) == (5, 3)


@pytest.mark.parametrize(
    ("start", "end", "ports"),
    [
        (None, None, {50000, 50001, 50002, 50003}),
        ("2024-12-19 09:10", "2024-12-19 09:11", {50000}),  # ends in the very moment
        ("2024-12-19 09:05", None, {50000}),
        (None, "2024-12-19 09:00:00.001", {50000}),
        ("2024-12-19 09:11", None, set()),
    ],
)
def test_a_span_has_what_was_seen_in_it(few, start, end, ports):
    assert {*lanes(few, start=start, end=end)["src_port"]} == ports


@pytest.fixture(scope="module")
def seen(stitched):
    """When each connection was first and last seen, in milliseconds: plain numbers."""
    kept = stitched[~stitched["folded"]]
    ends = (kept[name].dt.as_unit("ms").astype("int64").tolist() for name in ("first", "last"))
    return [*zip(*ends, strict=True)]


@given(
    st.tuples(st.integers(0, 47 * 60), st.integers(1, 48 * 60)),
    st.integers(1, 40),
    st.sampled_from([2, 10, 300]),
)
def test_every_conversation_is_in_one_mark_or_told_as_not_shown(seen, laned, minutes, top, bins):
    start, length = minutes
    begin = pd.Timestamp("2024-12-18", tz="UTC") + pd.Timedelta(minutes=start)
    end = begin + pd.Timedelta(minutes=length)
    table = lanes_within(laned, start=begin, end=end, top=top, bins=bins)
    counted = int(table["conversations"].sum()) + table.attrs["not_shown"]
    after, before = (time.timestamp() * 1000 for time in (begin, end))
    assert counted == table.attrs["conversations"] == sum(f < before and g >= after for f, g in seen)
    assert len(table) <= lane_shapes.MOST_MARKS
    single = table[table["mark"] != "density"]
    assert not single.duplicated(["blob", "record", "tuple"]).any()


def test_densities_count_what_began_in_each_bin(stitched, laned):
    table = lanes_within(laned, top=1)
    lane, columns = table["lane"].iloc[0], table[table["mark"] == "density"]
    kept = stitched[~stitched["folded"] & ((stitched["src_ip"] == lane) | (stitched["dst_ip"] == lane))]
    drawn = {*zip(*(table[n].dropna() for n in ("blob", "record", "tuple")), strict=True)}
    for column in columns.itertuples():
        here = kept[(kept["first"] >= column.start) & (kept["first"] < column.end)]
        here = here[(here["decision"] == column.decision) & (here["direction"] == column.direction)]
        places = zip(here["blob"], here["record"], here["tuple"], strict=True)
        assert sum(place not in drawn for place in places) == column.conversations
    assert len(columns) > 100


def test_what_was_going_on_when_the_span_began_is_apart():
    """Of more connections than are told apart, all of them short in sight, and begun before the span."""
    text = [f"09:00:{i % 60:02} 10.0.0.4:{50000 + i} 192.0.2.7:443 TCP O A B" for i in range(30)]
    text += [f"09:30:00 10.0.0.4:{50000 + i} 192.0.2.7:443 TCP O A E 1/10 1/10" for i in range(30)]
    made = nsgkit.conversations(flows("\n".join(text)))
    table = lanes(made, start="2024-12-19 09:29", end="2024-12-19 10:29", bins=10)
    assert table[["mark", "conversations"]].values.tolist() == [["density", 30]]
    assert (table["start"].item(), table["end"].item()) == (at("09:00"), at("09:29"))


def test_the_longest_stay_bars_beside_densities():
    text = [f"09:{i:02}:00 10.0.0.4:{50000 + i} 192.0.2.7:443 TCP O A B" for i in range(60)]
    text += [f"{10 + (i < 2)}:{i:02}:01 10.0.0.4:{50000 + i} 192.0.2.7:443 TCP O A E" for i in (0, 1)]
    table = lanes(nsgkit.conversations(flows("\n".join(text))), bins=20)
    assert table.loc[table["mark"] == "bar", "src_port"].tolist() == [50000, 50001]
    assert table["conversations"].sum() == 60


def test_an_engine_gives_the_same(few):
    held = duckdb.connect().from_arrow(pa.Table.from_pandas(few))
    pd.testing.assert_frame_equal(lanes(held), lanes(few))


def test_nothing_is_an_empty_table_of_the_same_columns(few):
    table = lanes(few, of="ip:203.0.113.1")
    assert table.dtypes.to_dict() == lanes(few).head(0).dtypes.to_dict()
    assert (table.attrs["span"], table.attrs["lanes"]) == (None, 0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"by": "rule"}, "Choose one of peer, port, host, finding"),
        ({"by": "finding"}, r"found=nsgkit\.detections\.findings"),
        ({"bins": 1}, "bins takes a number of bins from 2 on"),
        ({"start": "2024-12-20", "end": "2024-12-19"}, "must lie before end"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(few, wrong, said):
    with pytest.raises(NsgkitError, match=said):
        lanes(few, **wrong)


def test_flow_rows_are_told_what_makes_conversations():
    with pytest.raises(MissingColumnError, match=r"nsgkit\.conversations"):
        lanes(flows(FEW))
