"""Everything public is documented, and README.md says what the package says."""

import inspect
import re

import pytest

from tests import readme

TEXT = readme.README.read_text("utf-8")
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
PUBLIC = [
    pytest.param(thing, id=f"{room}.{name}")
    for room, things in readme.public().items()
    for name, thing in things.items()
]
FUNCTIONS = [p for p in PUBLIC if inspect.isfunction(p.values[0])]


@pytest.mark.parametrize("thing", PUBLIC)
def test_everything_public_says_what_it_is(thing):
    assert readme.first_paragraph(thing).endswith((".", "?"))


@pytest.mark.parametrize("thing", FUNCTIONS)
def test_every_public_function_shows_an_example_that_runs(thing):
    assert ">>> " in inspect.getdoc(thing)
    assert "doctest: +SKIP" not in inspect.getdoc(thing)


@pytest.mark.parametrize("thing", PUBLIC)
def test_everything_public_stands_in_the_table_of_functions(thing):
    name = thing.__name__
    assert re.search(rf"^\| `nsgkit[\w.]*\.{name}[(`]", TEXT, re.M)


def test_the_generated_parts_of_the_readme_are_fresh():
    assert readme.rewritten(TEXT) == TEXT, "run: python -m tests.readme"


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", TEXT, re.S))
def test_the_examples_in_the_readme_run(block, monkeypatch):
    monkeypatch.chdir(readme.ROOT)
    exec(compile(block, "README.md", "exec"), {})


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_something(page):
    text = (readme.ROOT / page).read_text("utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert not [t for t in targets if not (readme.ROOT / t).exists()]


def test_the_change_log_has_a_place_for_what_is_new():
    assert "## [Unreleased]" in (readme.ROOT / "CHANGELOG.md").read_text("utf-8")
