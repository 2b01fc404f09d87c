"""Rows go by their own time, blobs by that of their records: edges of a span, times that cannot be."""

from itertools import pairwise

import pandas as pd
import pytest

import nsgkit
from nsgkit.flows.files import choose_span
from nsgkit.flows.span_edges import hours_in_span
from tests.blobs import ALLOWED, MAC, NSG, PROBE, VNET_BEGIN, blob, nsg_record, vnet_record

LAID_OUT = f"resourceId={NSG}/y=2024/m=12/d=19/h={{:02d}}/m=00/macAddress={MAC}/PT1H.json"


def put(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_an_unreadable_blob_is_of_the_resource_that_the_records_beside_it_name(tmp_path):
    path = "flowLogResourceID=/S_NETWORKWATCHERRG/W_LOG/y=2024/m=12/d=19/h={}/m=00/macAddress={}/PT1H.json"
    put(tmp_path, path.format("09", MAC), blob(vnet_record(VNET_BEGIN)))
    put(tmp_path, path.format("10", MAC), bytes(99))
    put(tmp_path, path.format("11", MAC), blob(vnet_record(VNET_BEGIN, minute=45)))
    put(tmp_path, path.replace("W_LOG", "W_NEW").format("09", MAC), bytes(99))
    logs = nsgkit.read_logs(tmp_path)
    vnet = "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/VIRTUALNETWORKS/VNET"
    assert logs.blobs["resource"].tolist() == [vnet] * 3 + ["/S_NETWORKWATCHERRG/W_NEW"]
    assert [line[-3:] for line in repr(logs).splitlines() if f"{MAC}  VNET" in line] == ["█×█"]


@pytest.mark.parametrize("year", ["0001", "1970", "9999"])
def test_a_record_of_an_impossible_year_is_read_and_noted(tmp_path, year):
    put(tmp_path, "a.json", blob(nsg_record(PROBE, time=f"{year}-01-01T00:00:00Z")))
    put(tmp_path, "b.json", blob(nsg_record(ALLOWED)))
    logs = nsgkit.read_logs(tmp_path)
    assert len(logs.flows) == 2
    assert f"its hour, {year}-01-01 00:00, is none of a flow log" in logs.blobs["note"][0]
    assert "1 tuple lies more than a day from the time of the record" in logs.blobs["note"][0]
    assert "coverage 1 NIC × 1 hour" in repr(logs)
    logs._repr_html_()


def hourly(folder, hour, *tuples):
    time = f"2024-12-19T{hour:02}:00:35Z"
    put(folder, LAID_OUT.format(hour), blob(nsg_record(*tuples, time=time)))


def test_the_last_minute_stands_in_the_blob_of_the_next_hour(tmp_path):
    # 09:43:36 and 10:59:59 UTC, and 11:00:00
    early, late, after = (PROBE.replace("1734601416", t) for t in ("1734601416", "1734605999", "1734606000"))
    hourly(tmp_path, 10, early)
    hourly(tmp_path, 11, late, after, "no tuple")
    logs = nsgkit.read_logs(tmp_path, start="2024-12-19 10:00", end="2024-12-19 11:00")
    assert logs.flows["time"].dt.strftime("%H:%M:%S").tolist() == ["10:59:59"]
    columns = ["tuples", "rows", "rejects", "outside", "asked"]
    assert logs.blobs[columns].to_numpy().tolist() == [[1, 0, 0, 1, True], [3, 1, 1, 1, False]]
    assert logs.raw(0) == late
    assert "1 row comes from the blobs of the hour after 2024-12-19 11:00" in repr(logs)
    assert "coverage 1 NIC × 1 hour: 1 present" in repr(logs)


def test_both_ends_of_the_span_are_exact(tmp_path):
    hourly(tmp_path, 10, *(PROBE.replace("1734601416", str(1734602400 + s)) for s in (-1, 0, 59, 60)))
    flows = nsgkit.read_logs(tmp_path, start="2024-12-19 10:00", end="2024-12-19 10:01").flows
    assert flows["time"].dt.strftime("%H:%M:%S").tolist() == ["10:00:00", "10:00:59"]


def test_hours_asked_for_in_part_are_asked_for():
    hours = pd.DataFrame({"hour": pd.date_range("2024-12-19 08:00", periods=5, freq="h", tz="UTC")})

    def asked(start, end):
        return hours_in_span(hours, choose_span(start, end))["hour"].dt.hour.tolist()

    assert asked("2024-12-19 09:30", "2024-12-19 11:00") == [9, 10]
    assert asked("2024-12-19 09:00", "2024-12-19 11:01") == [9, 10, 11]
    assert asked(None, "2024-12-19 08:30") == [8]
    assert asked("2024-12-19 11:59", None) == [11, 12]


DAY = 86_400
NINE = 1734598800


@pytest.mark.parametrize(
    ("late", "far"),
    [((DAY, -DAY, 0), None), ((0, DAY + 1), "1 tuple lies"), ((-DAY - 1, DAY + 1), "2 tuples lie")],
)
def test_tuples_more_than_a_day_from_their_record_are_counted(tmp_path, late, far):
    tuples = [PROBE.replace("1734601416", str(NINE + seconds)) for seconds in late]
    others = [nsg_record(ALLOWED, time=None), nsg_record(time="2024-12-19T09:01:00Z"), nsg_record(ALLOWED)]
    put(tmp_path, "a.json", blob(*others[:2], nsg_record(*tuples, time="2024-12-19T09:00:00Z"), others[2]))
    logs = nsgkit.read_logs(tmp_path)
    assert len(logs.flows) == len(late) + 2
    note = logs.blobs["note"].astype(object)[0]
    assert note == f"{far} more than a day from the time of the record" if far else pd.isna(note)


def test_nics_without_the_hour_after_are_counted_and_three_are_named(tmp_path):
    for n in range(5):
        path = LAID_OUT.format(10).replace(MAC, f"00000000000{n}")
        put(tmp_path, path, blob(nsg_record(PROBE, minute=n)))
    put(tmp_path, LAID_OUT.format(11).replace(MAC, "000000000004"), b'{"records":[]}')
    said = repr(nsgkit.read_logs(tmp_path, end="2024-12-19 11:00"))
    assert "for 4 NICs (000000000000, 000000000001, 000000000002 …): the blob of the hour after" in said


def test_a_missing_hour_after_the_span_is_said(tmp_path):
    hourly(tmp_path, 10, PROBE)
    logs = nsgkit.read_logs(tmp_path, start="2024-12-19 09:00", end="2024-12-19 11:00")
    said = f"The last minute before 2024-12-19 11:00 may be missing for 1 NIC ({MAC})"
    assert said in repr(logs)
    assert "last minute" not in repr(nsgkit.read_logs(tmp_path, end="2024-12-19 10:30"))


def test_an_unreadable_hour_after_the_span_is_said(tmp_path):
    hourly(tmp_path, 10, PROBE)
    put(tmp_path, LAID_OUT.format(11), bytes(100))
    logs = nsgkit.read_logs(tmp_path, end="2024-12-19 11:00")
    assert "The last minute before 2024-12-19 11:00 may be missing for 1 NIC" in repr(logs)


def test_a_heap_of_several_hours_is_placed_in_one_that_was_asked_for(tmp_path):
    hour = PROBE.replace("1734601416", "{}").format
    times = {f"2024-12-19T{9 + n:02}:20:00Z": hour(1734599700 + n * 3600) for n in range(4)}
    put(tmp_path, "heap.json", blob(*(nsg_record(one, time=time) for time, one in times.items())))
    put(tmp_path, "one.json", blob(nsg_record(ALLOWED)))
    logs = nsgkit.read_logs(tmp_path, start="2024-12-19 11:00", end="2024-12-19 12:00")
    assert logs.blobs["hour"].dt.hour.tolist() == [11] and logs.blobs["asked"].tolist() == [True]
    assert logs.blobs["outside"].tolist() == [3] and len(logs.flows) == 1
    assert logs.blobs["note"].tolist() == [
        "holds records of several hours (4, up to 2024-12-19 12:00): the coverage shows one of them"
    ]
    assert "1 blob holds records of several hours: the coverage shows one of them." in repr(logs)
    assert "1 blob holds no record of the time asked for: left out." in repr(logs)
    assert nsgkit.read_logs(tmp_path).blobs["hour"].dt.hour.tolist() == [9, 9]


def test_the_samples_have_22_rows_more_for_nine_o_clock():
    logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    late = logs.flows[logs.flows["record_time"] >= pd.Timestamp("2024-12-19T10:00Z")]
    assert (len(late), int((late["decision"] == "denied").sum())) == (22, 12)
    blobs = logs.blobs
    assert (blobs["tuples"] == blobs["rows"] + blobs["rejects"] + blobs["outside"]).all()
    every = nsgkit.read_logs("data/samples").flows
    inside = every["time"].between("2024-12-19T09:00Z", "2024-12-19T10:00Z", inclusive="left")
    pd.testing.assert_frame_equal(
        logs.flows.astype(object), every[inside].reset_index(drop=True).astype(object), check_dtype=False
    )


def test_spans_that_part_the_time_hold_each_row_once():
    cuts = [
        None,
        "2024-12-18 12:00",
        "2024-12-19 09:59:59.500",
        "2024-12-19 10:00:30",
        "2024-12-19 17:07",
        None,
    ]
    parts = [nsgkit.read_logs("data/samples", start=start, end=end) for start, end in pairwise(cuts)]
    for logs in parts:
        blobs = logs.blobs
        assert (blobs["tuples"] == blobs["rows"] + blobs["rejects"] + blobs["outside"]).all()
    where = ["blob", "record", "tuple"]
    rows = pd.concat([logs.flows[where].astype({"blob": "str"}) for logs in parts]).sort_values(where)
    every = nsgkit.read_logs("data/samples").flows[where].astype({"blob": "str"}).sort_values(where)
    assert rows.reset_index(drop=True).equals(every.reset_index(drop=True))
