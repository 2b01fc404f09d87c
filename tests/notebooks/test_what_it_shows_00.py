"""Notebook 00: each figure under What it shows in the samples, counted another way."""

import nbformat

import nsgkit
from tests.reference import ROOT

CELLS = nbformat.read(ROOT / "notebooks" / "00-start-here.ipynb", 4).cells
SAID = {cell.id: cell.source for cell in CELLS if cell.source.startswith("<details>")}


def test_the_coverage(logs):
    said, blobs = SAID["coverage-shows"], logs.blobs
    hours = {f"{d} {h:02}" for d in (18, 19) for h in range(24)}
    web = blobs[blobs["mac"] == "000D3AB1A115"]
    assert {"18 14", "18 15"} == hours - set(web["hour"].dt.strftime("%d %H"))
    assert "`000D3AB1A115` has no blob from 14:00 to 16:00 on 18 December" in said
    assert web.loc[~web["complete"], "hour"].item() == web["hour"].max() == blobs["hour"].max()
    demo = blobs[blobs["resource"].str.endswith("DEMOVM-NSG")]["hour"]
    assert f"{demo.min():%d %H:%M}" == "19 09:00" and "only from 09:00 of the second day on" in said
    assert f"{len(hours) - len(demo)} hours of dots" in said
    mistakes = [not reason.startswith(("repeats", "the blob ends")) for reason in logs.rejects["reason"]]
    damaged = logs.rejects.loc[mistakes, "blob"].nunique()
    assert f"In {damaged} hours, a tuple was damaged" in said


def test_the_rejects(logs):
    said, rejects = SAID["rejects-shows"], logs.rejects
    tuples = rejects[rejects["tuple"].notna()]
    again = [text.startswith("repeats") for text in tuples["reason"]]
    assert f"{len(tuples)} tuples were rejected" in said and len(rejects) == len(tuples) + 1
    assert f"{sum(again)} of the {len(again)} are one record" in said
    others = tuples[[not repeated for repeated in again]]
    assert f"The other {len(others)} are damaged" in said and others["reason"].is_unique
    assert others["reason"].str.contains("'70000'").any() and others["raw"].str.contains(".999,").any()


def test_the_first_picture(logs):
    said, made = SAID["picture-shows"], nsgkit.conversations(logs)
    made["hour"] = made["first"].dt.strftime("%d %H")
    counted = made[(made["decision"] == "allowed") & (made["state"] != "orphan") & ~made["folded"]]
    hours = counted["hour"].value_counts()
    by_day = [n for hour, n in hours.items() if 8 <= int(hour[3:]) < 22]
    assert min(by_day) > max(n for hour, n in hours.items() if not 8 <= int(hour[3:]) < 22)
    assert hours.idxmax() == "18 20" and f"{hours.iloc[0] / hours.iloc[1]:.1f} times as many" in said
    scanner = (counted.loc[counted["hour"] == "18 20", "src_ip"] == "192.168.40.20").mean()
    assert f"{scanner:.1f}" == "0.5" and "half of them come from one machine" in said
    denied = made[made["decision"] == "denied"]
    each = denied.groupby("hour").size()
    before, after = each[each.index < "19 09"].median(), each[each.index >= "19 10"].median()
    assert f"become {after / before:.0f} times as many from 10:00 on 19 December" in said
    later = denied.loc[denied["hour"] >= "19 10", "dst_ip"]
    assert f"{(later == '10.0.0.4').mean():.0%} of them from then on are at `10.0.0.4`" in said
    demo = made[made["resource"].str.endswith("DEMOVM-NSG")]
    inbound = demo.loc[demo["direction"] == "inbound", "dst_ip"]
    assert set(inbound) == {"10.0.0.4"}
