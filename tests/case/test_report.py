"""The report of a case: made of the case alone, inert, and plain about what the logs cannot show."""

import shutil
from pathlib import Path

import pytest

from nsgkit.case import Case
from nsgkit.case.report.lanes import lanes
from nsgkit.case.report.reading import read_case

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}${alert(1)}`x`",
    "\u202egnp.exe",
]
CODE = ["<script", "<img src=x", "onerror=alert(1)>", "{{7*7}}", "${", "\u202e", "onload='"]


@pytest.fixture(scope="module")
def report(tmp_path_factory, logs, opened, his, guessed):
    """The text of the report of a case with hostile words in each place that takes some."""
    folder = tmp_path_factory.mktemp("report")
    case = Case(Path(shutil.copytree(opened, folder / "case")), logs, HOSTILE[0])
    named = his.tail(5).copy()
    case.star(named, HOSTILE[1], tags=HOSTILE, query=HOSTILE[2])
    case.verdict(guessed, "suspicious", HOSTILE[0])
    case.note("\n".join(HOSTILE))
    case.keep_picture("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", HOSTILE[1])
    return case.report(folder / "report.html").read_text("utf-8"), case


@pytest.mark.parametrize("text", CODE)
def test_nothing_hostile_is_code_in_it(report, text):
    assert text not in report[0]


def test_it_asks_for_nothing_from_elsewhere(report):
    assert "default-src 'none'" in report[0].replace("&#39;", "'")
    assert not [word for word in ('src="http', 'href="http', "@import", "url(http") if word in report[0]]


def test_each_cited_tuple_and_its_blob_s_hash_stand_in_it(report):
    text, case = report
    assert len(case.cited)
    for row in case.cited.itertuples():
        assert row.raw in text
        assert row.blob_sha256 in text


def test_a_connection_that_two_lines_tell_differently_counts_once_as_the_last_one_tells_it(case, his):
    case.star(his.tail(5), "as it was known then")
    case.star(his.tail(5).assign(bytes_src_to_dst=7), "as it is known now")
    (lane,) = lanes(read_case(case.folder))
    once = his.tail(5)
    assert sum(lane.counts().values()) == len(once[~once["folded"]])
    assert lane.carried("src_to_dst") == 7 * len(once[~once["folded"]])


def test_the_head_stands_in_it(report):
    assert report[1].head in report[0]


def test_it_is_the_same_wherever_the_case_lies(report, tmp_path, logs):
    copied = Path(shutil.copytree(report[1].folder, tmp_path / "elsewhere"))
    again = Case(copied, None, "alex").report(tmp_path / "again.html").read_text("utf-8")
    assert again.replace("elsewhere", "case") == report[0] or again == report[0]


def test_an_open_end_is_told(case, logs, held):
    opens = held[(held["state"] == "open") & ~held["folded"]].head(3)
    case.star(opens, "these had not ended")
    text = case.report(case.folder.parent / "open.html").read_text("utf-8")
    assert f"Of {len(opens)} cited connections the end is not in the logs" in text


def test_unknown_counters_are_told(case, held):
    allowed = held[(held["decision"] == "allowed") & ~held["folded"]]
    bare = allowed[allowed["bytes_src_to_dst"].isna() & allowed["bytes_dst_to_src"].isna()].head(2)
    case.star(bare, "nobody counted")
    text = case.report(case.folder.parent / "bare.html").read_text("utf-8")
    said = "allowed connections" if len(bare) > 1 else "allowed connection"
    assert f"{len(bare)} of the {len(bare)} {said} that are cited have no counter at all" in text


def test_an_empty_case_says_that_nothing_was_written(case):
    assert "Nothing was written yet" in case.report(case.folder.parent / "empty.html").read_text("utf-8")
