"""Verdicts: what is decided is on the disk at once, the last one holds, nothing is ever lost."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.detections import append_verdict, denied_triage, read_verdicts, with_verdicts
from tests.frames import flows

FINDING = pd.Series(
    {"kind": "denied", "src_ip": "192.0.2.7", "dst_ip": None, "dst_port": 22, "purpose": "sweep"},
    dtype=object,
)
HOSTILE = [
    'a\nb\r\nc\u2028d\x85e\x00"',
    "</script><img src=x onerror=alert(1)>",
    "\u202e {{7*7}}",
    "ü 漢字 🦀",
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "verdicts.jsonl"


@pytest.fixture
def found():
    lines = [f"0{n}:00:00 192.0.2.{n}:50000 10.0.0.4:22 TCP I D B" for n in range(1, 4)]
    return denied_triage(nsgkit.conversations(flows("\n".join(lines))))


def test_what_a_line_says(path):
    before = datetime.now(UTC)
    append_verdict(path, FINDING, "benign", "our scanner", author="mb")
    told = json.loads(path.read_text("utf-8"))
    assert told["finding"] == {"kind": "denied", "src_ip": "192.0.2.7", "dst_port": 22, "purpose": "sweep"}
    assert (told["verdict"], told["note"], told["author"]) == ("benign", "our scanner", "mb")
    assert abs((datetime.fromisoformat(told["time"]) - before).total_seconds()) < 5
    assert path.read_bytes().endswith(b"}\n")


def test_another_process_reads_it_at_once(path):
    append_verdict(path, FINDING, "suspicious")
    read = "print(read_verdicts(sys.argv[1])['verdict'].item())"
    code = f"import sys; from nsgkit.detections import read_verdicts; {read}"
    ran = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert ran.stdout == "suspicious\n"


def test_the_last_one_holds(path, found):
    for verdict in ("benign", "suspicious"):
        append_verdict(path, found.iloc[1], verdict, verdict[:3])
    told = with_verdicts(found, path)
    assert told["verdict"].astype("object").fillna("").tolist() == ["", "suspicious", ""]
    assert told["note"].fillna("").tolist() == ["", "sus", ""]
    pd.testing.assert_frame_equal(told[found.columns], found)


def test_another_purpose_port_or_target_is_another_finding(path, found):
    first = found.iloc[0]
    for change in ({"purpose": "sweep"}, {"dst_port": 23}, {"dst_ip": None}, {"kind": "beacon"}):
        append_verdict(path, pd.Series(first.to_dict() | change, dtype=object), "benign")
    assert with_verdicts(found, path)["verdict"].isna().all()


def test_a_finding_of_a_table_without_purposes(path):
    findings = pd.DataFrame({"kind": ["beacon"], "src_ip": ["10.0.0.4"], "dst_ip": [None], "dst_port": [443]})
    append_verdict(path, findings.iloc[0], "suspicious")
    assert with_verdicts(findings, path)["verdict"].tolist() == ["suspicious"]


def test_types_where_nothing_was_decided(path, found):
    types = with_verdicts(found, path).dtypes.astype(str)
    append_verdict(path, found.iloc[0], "unknown")
    assert with_verdicts(found, path).dtypes.astype(str).tolist() == types.tolist()
    assert with_verdicts(found.head(0), path).empty


@pytest.mark.parametrize("note", HOSTILE)
def test_hostile_notes_are_one_line_and_come_back_whole(path, note):
    append_verdict(path, FINDING, "unknown", note)
    append_verdict(path, FINDING, "benign", "next")
    assert path.read_bytes().count(b"\n") == 2
    assert read_verdicts(path)["note"].tolist() == [note, "next"]


def test_what_is_no_character_is_spelled_out(path):
    append_verdict(path, FINDING, "unknown", "a\ud800b")
    path.write_text(path.read_text("utf-8") + json.dumps(RIGHT | {"note": "\udfff"}) + "\n", "utf-8")
    assert read_verdicts(path)["note"].tolist() == ["a\\ud800b", "\\udfff"]


@pytest.mark.parametrize("torn", [b'{"time": "2024-12-19T09:00:00Z", "finding": {"ki', b"\xff\xfe", b"\xc3"])
def test_a_torn_tail_is_kept_and_told(path, torn):
    append_verdict(path, FINDING, "benign", "one")
    path.write_bytes(path.read_bytes() + torn)
    assert read_verdicts(path)["note"].tolist() == ["one"]
    append_verdict(path, FINDING, "benign", "two")
    held = read_verdicts(path)
    assert held["note"].tolist() == ["one", "two"]
    assert torn in path.read_bytes().split(b"\n")
    assert [said.split(":")[0] for said in held.attrs["skipped"]] == ["line 2"]


def test_a_whole_line_without_its_newline_counts(path):
    append_verdict(path, FINDING, "benign", "one")
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    append_verdict(path, FINDING, "benign", "two")
    held = read_verdicts(path)
    assert held["note"].tolist() == ["one", "two"]
    assert held.attrs["skipped"] == []


RIGHT = {"time": "2024-12-19T09:00:00Z", "finding": {"kind": "denied"}, "verdict": "benign", "note": ""}


@pytest.mark.parametrize(
    "line",
    [
        "hello", "[]", "3", "null", '"text"', "[" * 100_000,
        *(json.dumps(RIGHT | change) for change in (
            {"verdict": "guilty"}, {"verdict": None}, {"verdict": ["benign"]}, {"note": 7}, {"author": 7},
            {"time": "yesterday"}, {"time": None}, {"finding": {}}, {"finding": "denied"},
            *({"finding": {"kind": "denied", "dst_port": port}} for port in (True, 1e9, 65_536, "22")),
            {"finding": {"kind": "denied", "src_ip": 7}},
        )),
    ],
)  # fmt: skip
def test_a_foreign_line_is_skipped_and_told(path, line):
    path.write_text(f"{line}\n", "utf-8")
    append_verdict(path, FINDING, "benign")
    held = read_verdicts(path)
    assert len(held) == 1
    assert len(held.attrs["skipped"]) == 1 and held.attrs["skipped"][0].startswith("line 1: ")


def test_right_lines_of_another_tool_count(path):
    path.write_text(json.dumps(RIGHT) + "\r\n\n", "utf-8")
    held = read_verdicts(path)
    assert held[["kind", "verdict"]].to_numpy().tolist() == [["denied", "benign"]]
    assert held.attrs["skipped"] == []


WRITER = """
import sys, pandas as pd
from nsgkit.detections import append_verdict
path, name = sys.argv[1:]
for n in range(50):
    append_verdict(path, pd.Series({"kind": "denied", "src_ip": name}), "benign", f"{n} " + "x" * 5000)
"""


def test_two_writers_at_once_lose_nothing(path):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, name]) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    held = read_verdicts(path)
    assert held.attrs["skipped"] == []
    for name in ("a", "b"):
        mine = held.loc[held["src_ip"] == name, "note"].str.split().str[0].astype(int)
        assert mine.tolist() == list(range(50))


@given(
    st.lists(
        st.tuples(st.sampled_from(["benign", "suspicious", "unknown"]), st.text(), st.binary(max_size=9))
    )
)
def test_whatever_stands_between_them_no_verdict_is_lost(tmp_path_factory, said):
    file = tmp_path_factory.mktemp("v") / "v.jsonl"
    for verdict, note, dirt in said:
        append_verdict(file, FINDING, verdict, note)
        with file.open("ab") as held:
            held.write(dirt)
    assert read_verdicts(file)[["verdict", "note"]].to_numpy().tolist() == [[v, n] for v, n, _ in said]


@pytest.mark.parametrize(
    ("finding", "verdict", "said"),
    [
        (FINDING, "guilty", "Choose one of benign, suspicious, unknown"),
        ("192.0.2.7", "benign", "about a finding"),
    ],
)
def test_what_cannot_be_decided(path, finding, verdict, said):
    with pytest.raises(nsgkit.NsgkitError, match=said):
        append_verdict(path, finding, verdict)
    assert not path.exists()


def test_a_folder_that_is_not_there_and_one_in_place_of_the_file(tmp_path):
    with pytest.raises(nsgkit.NsgkitError, match="was not saved"):
        append_verdict(tmp_path / "none" / "v.jsonl", FINDING, "benign")
    with pytest.raises(nsgkit.NsgkitError, match="cannot be read"):
        read_verdicts(tmp_path)
