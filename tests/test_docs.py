"""Everything public is documented; README.md and REFERENCE.md say what the code says."""

import inspect
import re

import pytest

import nsgkit
from tests import reference
from tests.reference import README, REFERENCE, ROOT

TEXT = README.read_text("utf-8")
PAGES = ["README.md", "REFERENCE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
PUBLIC = [
    pytest.param(thing, id=f"{room}.{name}")
    for room, things in reference.public().items()
    for name, thing in things.items()
]
FUNCTIONS = [p for p in PUBLIC if inspect.isfunction(p.values[0])]


@pytest.mark.parametrize("thing", PUBLIC)
def test_everything_public_says_what_it_is(thing):
    assert reference.first_paragraph(thing).endswith((".", "?"))


@pytest.mark.parametrize("thing", FUNCTIONS)
def test_every_public_function_shows_an_example_that_runs(thing):
    assert ">>> " in inspect.getdoc(thing)
    assert "doctest: +SKIP" not in inspect.getdoc(thing)


@pytest.mark.parametrize("thing", PUBLIC)
def test_everything_public_stands_in_the_table_of_functions(thing):
    name = thing.__name__
    assert re.search(rf"^\| `nsgkit[\w.]*\.{name}[(`]", REFERENCE.read_text("utf-8"), re.M)


@pytest.mark.parametrize("page", reference.PARTS, ids=lambda page: page.name)
def test_the_generated_parts_are_fresh(page):
    assert reference.renewed(page) == page.read_text("utf-8"), "run: python -m tests.reference"


def test_the_readme_is_read_in_five_minutes():
    unfolded = re.sub(r"<details>.*?</details>", "", TEXT, flags=re.S)
    assert len(unfolded.split()) < 1_500


def test_the_walk_in_the_readme_prints_what_stands_there(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    names = {}
    for code, output in re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", TEXT, re.S):
        exec(compile(code, "README.md", "exec"), names)
        assert capsys.readouterr().out == output


def test_every_example_in_the_readme_shows_its_output():
    assert TEXT.count("```python") == len(re.findall(r"```python\n.*?```\n\n```text\n", TEXT, re.S)) > 0


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_something(page):
    text = (ROOT / page).read_text("utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert not [t for t in targets if not (ROOT / t).exists()]


def test_the_change_log_has_a_place_for_what_is_new():
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_call_in_place_of_traffic_analytics_runs():
    rows = re.findall(r"^\|.*\|$", REFERENCE.read_text("utf-8").split("## Instead of")[1], re.M)
    calls = [call for row in rows[2:] for call in re.findall(r"`(\w[\w.]*\(.*?\))`", row.split(" | ")[2])]
    logs = nsgkit.read_logs(ROOT / "data" / "samples")
    conversations = nsgkit.conversations(logs)
    names = {**reference.offered("nsgkit.analyses"), "nsgkit": nsgkit, "logs": logs}
    names |= {"conversations": conversations, "chosen": conversations.head(1), "row": 0}
    assert len(calls) > 10
    assert all(eval(call, names) is not None for call in calls)
