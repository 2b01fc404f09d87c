"""What the logs cannot show for a case: what touches it is told apart from what does not."""

import pytest

import nsgkit
from nsgkit import NsgkitError
from nsgkit import case as cases
from tests.acquire.logs import DOCUMENTED, MAC, OTHER_MAC, hours, name
from tests.blobs import blob, nsg_record, vnet_record
from tests.case import small

BOTH = "Touches this case, a NIC that it cites within its time"
TIME = "Within the time of this case, at another NIC"
T0 = 1734599700  # 09:15 of the hour of `hours(1)`
GAP = "No blob of the NIC {mac} (WEB-NSG) from 2024-12-19 10:00:00 to 11:00:00 UTC, but before and after"


def opened(folder, missing):
    """A case that cites all of one NIC, in logs of three hours of two, of which one has no second hour."""
    blobs = {
        name(hour, mac): blob(nsg_record(*small.tuples(n, 44), minute=44, macAddress=mac))
        for mac in (MAC, OTHER_MAC) for n, hour in enumerate(hours(3)) if (mac, n) != (missing, 1)
    }  # fmt: skip
    logs = nsgkit.read_logs(small.write_logs(folder / "logs", blobs))
    case = cases.open(folder / "case", logs, author="kim")
    held = nsgkit.conversations(logs)
    case.star(held[held["blob"].astype("str").str.contains(MAC)], "one NIC")
    return case, blobs


def told(case):
    return case.report(case.folder.parent / "report.html").read_text("utf-8")


def test_a_hole_at_a_cited_nic_is_told_apart_from_one_at_another(tmp_path):
    for missing, words, others in ((MAC, BOTH, TIME), (OTHER_MAC, TIME, BOTH)):
        (tmp_path / missing).mkdir()
        case, _ = opened(tmp_path / missing, missing)
        text = told(case)
        assert f"{words}: {GAP.format(mac=missing)}" in text
        assert f"{others}: {GAP.format(mac=missing)}" not in text
        assert ("None touches this case" in text) == (missing == OTHER_MAC)


def test_what_changed_between_two_openings_is_counted(tmp_path):
    case, blobs = opened(tmp_path, MAC)
    first, second = [*blobs][:2]
    again = {n: data for n, data in blobs.items() if n != first}
    again[second] = blob(nsg_record(*small.tuples(2, 50), minute=50))
    again[name(hours(4)[3])] = blob(nsg_record(*small.tuples(3, 44), minute=44))
    cases.open(case.folder, nsgkit.read_logs(small.write_logs(tmp_path / "later", again)), author="kim")
    said = "the case was opened with other logs than before: 1 blob more, 1 blob fewer and 1 blob with other"
    assert said in told(cases.open(case.folder))


def test_another_file_is_never_written_over_by_a_report(tmp_path):
    case, _ = opened(tmp_path, MAC)
    (tmp_path / "report.html").write_text("a letter")
    with pytest.raises(NsgkitError, match="is no report of a case, and stays as it is"):
        told(case)
    assert (tmp_path / "report.html").read_text() == "a letter"


def cited(folder, blobs):
    """What a report says cannot be shown, of a case that cites all that these blobs hold."""
    logs = nsgkit.read_logs(small.write_logs(folder / "logs", blobs))
    case = cases.open(folder / "case", logs, author="kim")
    case.star(nsgkit.conversations(logs), "all")
    return told(case)


def test_sizes_that_no_counter_tells_are_unknown_and_not_nothing(tmp_path):
    counted = [f"{T0},203.0.113.9,10.0.0.4,{port},443,T,I,A,E,1,200,3,400" for port in (50001, 50002)]
    begun = [f"{T0},203.0.113.9,10.0.0.4,{port},443,T,I,A,B,,,," for port in (50001, 50003, 50004, 50005)]
    said = cited(tmp_path, {name(hours(1)[0]): blob(nsg_record(*begun, *counted, minute=44))})
    assert "3 of the 5 allowed connections that are cited have no counter at all" in said
    assert "unknown, not nothing. 0 have counters in one direction only." in said
    assert "Of 3 cited connections the end is not in the logs" in said
    assert "Of 1 cited connection the begin is not in the logs" in said


def test_tuples_that_were_rejected_are_told_of_the_cited_blob_and_of_others(tmp_path):
    good = f"{T0},203.0.113.9,10.0.0.4,50001,443,T,I,A,B,,,,"
    one, other = name(hours(1)[0]), name(hours(1)[0], OTHER_MAC)
    bad = ["1,2,3", good.replace("443", "70000"), good.replace("10.0.0.4", "10.0.0.444")]
    blobs = {one: blob(nsg_record(good, *bad[:2], minute=44)),
             other: blob(nsg_record(bad[2], minute=44, macAddress=OTHER_MAC))}  # fmt: skip
    said = cited(tmp_path, blobs)
    assert "In the blobs that are cited, 2 tuples were rejected and 0 pieces could not be read" in said
    assert "1 tuple or piece of other blobs could not be read." in said


def test_states_that_a_flow_log_was_told_to_leave_out_are_named(tmp_path):
    row = f"{T0}000,10.0.0.6,192.0.2.180,{{}},443,6,O,{{}},NX,1,52,1,47"
    rows = [row.format(port, state) for port in (23956, 23957) for state in "BE"]
    said = cited(tmp_path, {name(hours(1)[0], resource=DOCUMENTED): blob(vnet_record(*rows))})
    assert "(cited here) has no continuing rows" in said
    assert "no denied rows: nothing was denied, or denials are not logged" in said
    assert "Every flow log wrote all kinds of rows" not in said
