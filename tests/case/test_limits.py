"""What the logs cannot show for a case: what touches it is told apart from what does not."""

import pytest

import nsgkit
from nsgkit import NsgkitError
from nsgkit import case as cases
from tests.acquire.logs import MAC, OTHER_MAC, hours, name
from tests.blobs import blob, nsg_record
from tests.case import small

BOTH = "Touches this case, a NIC that it cites within its time"
TIME = "Within the time of this case, at another NIC"
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
