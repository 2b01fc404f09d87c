"""Notebook 03: each figure under What it shows in the samples, and in the answers, counted another way."""

import nbformat
import pytest

import nsgkit
from nsgkit.flows.parse.tuples import BadTupleError, read_tuple
from tests.reference import ROOT

CELLS = nbformat.read(ROOT / "notebooks" / "03-know-your-flow-log.ipynb", 4).cells
SAID = {cell.id: cell.source for cell in CELLS if cell.source.startswith("<details>")}


@pytest.fixture(scope="module")
def flows(logs):
    texts = ["src_ip", "dst_ip", "mac", "decision", "direction", "state", "protocol", "rule"]
    return logs.flows.assign(**{name: logs.flows[name].astype("object") for name in texts})


@pytest.fixture(scope="module")
def made(logs):
    return nsgkit.conversations(logs)


def test_what_there_is(logs):
    blobs, said = logs.blobs, SAID["coverage-shows"]
    hours = blobs["hour"].nunique()
    assert f"{len(blobs)} blobs of {blobs['mac'].nunique()} NICs in {hours} hours" in said
    assert f"hold {len(logs.flows):,} flow rows. {blobs['rejects'].sum()} tuples were rejected" in said
    growing = blobs.loc[~blobs["complete"], "mac"].item()
    assert f"the last hour of `{growing}` was still growing" in said
    there = set(blobs.loc[blobs["mac"] == growing, "hour"].dt.strftime("%d %H"))
    assert {"18 14", "18 15"} == {f"{d} {h:02}" for d in (18, 19) for h in range(24)} - there
    demo = blobs.loc[blobs["resource"].str.endswith("DEMOVM-NSG"), "hour"].min()
    assert f"{demo:%d %H:%M}" == "19 09:00" and "only from 09:00 of the second day" in said


def test_empty_and_zero(flows):
    said = SAID["forms-shows"]
    sizes = flows.filter(regex="^(packets|bytes)_")
    empty, zeros = sizes.isna().all(axis=1), sizes.eq(0).fillna(False).all(axis=1)
    vnet, begin, denied = flows["version"] == 4, flows["state"] == "begin", flows["decision"] == "denied"
    allowed = flows["decision"] == "allowed"
    assert zeros[vnet & (begin | denied)].all() and empty[~vnet & begin].all()
    assert f"All {(vnet & begin).sum()} begin rows of the VNet log" in said
    assert f"its {(vnet & denied).sum()} denied rows. All {(~vnet & begin & allowed).sum()} begin" in said
    assert f"its {(~vnet & denied).sum()} denied rows, which say `B` too" in said
    ends = flows[flows["state"] == "end"]
    unanswered = ends["bytes_dst_to_src"].eq(0) & ends["bytes_src_to_dst"].gt(0)
    assert f"{unanswered.sum()} end rows are one way" in said
    assert (flows["decision"] == "unknown").sum() == 1 and "One row has a decision" in said
    of_two = flows[(flows["version"] == 2) & allowed]["state"].value_counts()
    assert f"{of_two['begin'] - of_two['end']} more connections began than ended" in said


def test_denied_by_version(flows):
    denied = flows[flows["decision"] == "denied"]["version"]
    assert sorted(denied.unique()) == [2, 4]
    assert f"Version 1 has {(flows['version'] == 1).sum()} rows" in SAID["denied-shows"]


def test_both_ends(made):
    said, folded = SAID["ends-shows"], made[made["folded"]]
    assert f"{len(folded)} conversations of these logs are second views" in said
    first = folded[folded["state"] == "closed"].iloc[0]
    assert f"`{first['src_ip']}` called the database `{first['dst_ip']}`" in said


def test_equal_lines(flows):
    again = flows[flows.duplicated([name for name in flows if name != "tuple"])]
    assert f"would lose {len(again)} rows" in SAID["equal-shows"]
    assert again["src_ip"].value_counts().to_dict() == {"10.30.1.4": 1, "198.51.100.46": 2}
    assert all(f"`{address}`" in SAID["equal-shows"] for address in again["src_ip"])


def test_the_change_of_version(flows, made):
    said, orphans = SAID["version-shows"], made[made["state"] == "orphan"]
    office = flows[flows["rule"].notna() & (flows["version"] == 1)]
    assert office["record_time"].max().strftime("%d %H:%M") == "18 05:21" and "05:22, at both" in said
    cut = flows[(flows["src_ip"] == "10.20.3.4") & (flows["src_port"] == 35581)].sort_values("time")
    assert cut["version"].tolist() == [1, 2] and cut["state"].iloc[1] == "end"
    assert all(f"at {time:%H:%M:%S}" in said for time in cut["time"])
    hours = orphans["first"].dt.strftime("%d %H").value_counts().to_dict()
    assert hours == {"18 00": 9, "18 05": 1, "18 16": 3}
    assert "Of the other 12, 9 began before these logs, and 3 in the two hours" in said


def test_late_answers(flows):
    said = SAID["late-shows"]
    late = flows[(flows["direction"] == "inbound") & (flows["src_port"] == 443)]
    assert (late["decision"] == "denied").all() and late["dst_ip"].nunique() == 2
    assert f"{len(late)} such rows" in said and f"from {late['src_ip'].nunique()} addresses" in said
    calls = flows[(flows["direction"] == "outbound") & (flows["dst_port"] == 443)]
    first_call = calls.groupby(["src_ip", "dst_ip"])["time"].min()
    called = [first_call[row.dst_ip, row.src_ip] for row in late.itertuples()]
    assert (late["time"] < called).sum() == 1 and "Only one came before the first call" in said


def test_the_kinds_of_rows(flows):
    vnet = flows[flows["version"] == 4]
    n = vnet["state"].fillna("denied").value_counts()
    kinds = f"{n['begin']} begin rows, {n['continuing']} continuing, {n['end']} end and {n['denied']} denied"
    assert kinds in SAID["kinds-shows"]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("198.51.100.201", "tried {ports} ports in {rows} attempts, all in one hour, and {most} of them"),
        ("203.0.113.199", "tried port 22 of one machine {rows} times, in {hours} different hours"),
        ("198.51.100.81", "tried {ports} ports on {machines} machines over {hours} hours"),
    ],
)
def test_who_wanted_what(flows, source, sentence):
    mine = flows[(flows["src_ip"] == source) & (flows["decision"] == "denied")]
    counted = {
        "rows": len(mine),
        "ports": mine["dst_port"].nunique(),
        "machines": mine["dst_ip"].nunique(),
        "hours": mine["time"].dt.strftime("%d %H").nunique(),
        "most": mine["dst_ip"].value_counts().max(),
    }
    assert f"`{source}` {sentence.format(**counted)}" in SAID["exercise-1-answer"]


def test_the_longest_connection(flows):
    ends = ["src_ip", "src_port", "dst_ip", "dst_port", "mac"]
    longest = flows.groupby(ends).size().idxmax()
    mine = flows[flows[ends].eq(list(longest)).all(axis=1)]
    out, back = mine["bytes_src_to_dst"].sum(), mine["bytes_dst_to_src"].sum()
    assert set(mine["state"]) == {"continuing"}
    assert f"`{longest[2]}` sent {back:,} bytes and got {out:,}" in SAID["exercise-2-answer"]
    assert f"All {len(mine)} rows say `C`" in SAID["exercise-2-answer"]
    assert (mine["time"].sort_values().diff().dropna().dt.total_seconds() == 300).all()


def test_what_is_wrong_with_the_rejects(logs):
    kinds = logs.rejects.dropna(subset=["tuple", "raw"]).drop_duplicates("reason")["reason"].head(6)
    told = ["counter '-52'", "14 fields", "7 fields", "repeats record", "'70000'", "192.0.2.999"]
    assert len(told) == len(kinds) and all(a in b for a, b in zip(told, kinds, strict=True))


def test_which_fields_can_be_empty():
    fields = "1493764238,192.0.2.105,10.2.0.4,35370,23,T,I,A,C,1021,588096,8005,4610880".split(",")  # noqa: SIM905
    valid = []
    for place in range(13):
        try:
            read_tuple(",".join([*fields[:place], "", *fields[place + 1 :]]), 2)
        except BadTupleError:
            continue
        valid.append(place)
    assert valid == [7, 9, 10, 11, 12]
    assert "The four counters can be empty" in SAID["exercise-4-answer"]
    assert "The decision can be empty too" in SAID["exercise-4-answer"]
