"""What is said on the way is logged; who is at the keyboard sees it, once."""

import logging
import sys

import pytest

from nsgkit.acquire.listing import find_logs
from nsgkit.acquire.messages import NAME, is_interactive, show_messages
from nsgkit.errors import NsgkitError

NOBODY = "http://127.0.0.1:1/devstoreaccount1/insights-logs-flowlogflowevent"
READING = "Reading insights-logs-flowlogflowevent of devstoreaccount1 as the published key"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Loggers as a new process has them, and a service whose absence is noticed at once."""
    monkeypatch.setattr("nsgkit.acquire.retry.TRIES", 1)
    logger = logging.getLogger(NAME)
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logger, "level", logging.NOTSET)
    logger.manager._clear_cache()
    yield
    logger.manager._clear_cache()


def ask():
    with pytest.raises(NsgkitError):
        find_logs(NOBODY)


def test_a_program_that_imports_it_prints_nothing(capsys):
    ask()
    assert capsys.readouterr().out == ""


def test_at_a_prompt_it_says_who_reads_what(capsys, monkeypatch):
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    ask()
    assert capsys.readouterr().out.startswith(READING)


def test_a_second_call_does_not_say_it_twice(capsys, monkeypatch):
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    ask()
    ask()
    assert capsys.readouterr().out.count(READING) == 2


def test_a_notebook_is_a_person_at_the_keyboard(monkeypatch):
    kernel = type("IPython", (), {"get_ipython": staticmethod(object)})
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    assert is_interactive()


@pytest.mark.parametrize("name", [NAME, "nsgkit"])
def test_what_somebody_else_shows_is_not_shown_again(capsys, name):
    show_messages()
    other = logging.NullHandler()
    logging.getLogger(name).addHandler(other)
    ask()
    logging.getLogger(name).removeHandler(other)
    assert capsys.readouterr().out == ""


def test_where_logging_was_set_up_it_goes_where_everything_goes(capsys, monkeypatch):
    show_messages()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.NullHandler()])
    logging.getLogger().setLevel(logging.INFO)
    ask()
    logging.getLogger().setLevel(logging.WARNING)
    assert capsys.readouterr().out == ""
