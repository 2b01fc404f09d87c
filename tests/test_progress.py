"""A bar of progress: in a terminal a line, in a notebook an output that is empty afterwards."""

import time

import IPython
import pytest

from nsgkit.progress import progress


class Shell:
    kernel = object()


@pytest.fixture
def shown(monkeypatch):
    """What a notebook is told to show, one after the other."""
    told = []
    monkeypatch.setattr(IPython, "get_ipython", Shell)
    handle = "IPython.display.DisplayHandle"
    monkeypatch.setattr(f"{handle}.display", lambda _, data, raw: told.append(data["text/plain"]))
    monkeypatch.setattr(f"{handle}.update", lambda _, data, raw: told.append(data["text/plain"]))
    return told


def test_a_notebook_sees_it_move_and_keeps_nothing(shown):
    for _ in progress(range(3), "Reading", delay=0, mininterval=0):
        time.sleep(0.01)
    assert "Reading: 100%" in "".join(shown) or "3/3" in "".join(shown)
    assert shown[-1] == ""


def test_what_is_done_at_once_shows_nothing(shown, capsys):
    assert sum(progress(range(3))) == 3
    assert shown == []
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_line(capsys):
    assert list(progress(range(3), delay=0)) == [0, 1, 2]
    assert "3/3" in capsys.readouterr().err
