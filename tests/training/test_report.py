"""What a class has practised, told from its files of progress."""

import json

import pytest

from nsgkit import training
from nsgkit.errors import NsgkitError


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two learners: one with every row counted and then right, one right at once, on two sets of rows."""
    folder = tmp_path_factory.mktemp("practice")
    one = training.start("counting", progress=folder / "one.jsonl").connections
    one.check(len(one.lines))
    one.check(one.case.facts["begun"])
    one.check(10_001)
    other = training.start("counting", progress=folder / "other.jsonl")
    for asked in (other.connections, other.again("connections")):
        asked.check(asked.case.facts["begun"])
    return [folder / "one.jsonl", folder / "other.jsonl"]


def test_an_exercise_counts_once_for_each_set_of_rows(files):
    row = training.report(files).exercises.iloc[0]
    assert (row["exercise"], row["answered"], row["right_at_first_try"]) == ("connections", 3, 2)
    assert row["share_right"] == pytest.approx(2 / 3)


def test_mistakes_and_what_is_unknown_are_told_apart(files):
    made = training.report(files)
    assert made.mistakes.to_numpy().tolist() == [["rows-as-connections", "connections", 1]]
    assert made.unknown.to_numpy().tolist() == [["10,001", "connections", 1]]
    assert made.lost == 0


def test_foreign_and_hostile_lines_are_counted_and_inert(tmp_path):
    line = {
        "time": "", "track": "counting", "exercise": "connections", "seed": "0", "outcome": "wrong",
        "slip": "", "answer": "<script>alert(1)</script>",
    }  # fmt: skip
    lines = [json.dumps(line), json.dumps({**line, "exercise": "<b>"}), "[" * 100_000, "torn"]
    (tmp_path / "progress.jsonl").write_text("\n".join(lines))
    made = training.report(tmp_path / "progress.jsonl")
    assert made.lost == 3
    assert "<script" not in made._repr_html_()
    assert "&#60;script&#62;" in made._repr_html_()


def test_no_practice_at_all_is_told_and_no_error(tmp_path):
    (tmp_path / "progress.jsonl").touch()
    assert "None." in repr(training.report(tmp_path / "progress.jsonl"))


@pytest.mark.parametrize("given", ["no-such-file.jsonl", [7]])
def test_what_is_no_file_is_told(given):
    with pytest.raises(NsgkitError, match=r"There is no file|report takes no int"):
        training.report(given)
