"""Handlers have their turns: JupyterLab delivers what widgets tell in several threads of a kernel."""

import threading
import time

import ipywidgets
import pytest

from nsgkit.explore.workbench.handlers import Handlers
from nsgkit.explore.workbench.latest import Latest
from nsgkit.explore.workbench.panel import report_errors, show_status, telling_errors


def side_by_side(*handlers):
    """Run these at once, each in a thread of its own."""
    threads = [threading.Thread(target=handler) for handler in handlers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)


@pytest.fixture
def steps():
    return []


def slow(steps):
    """A handler that notes when it begins and ends, and takes a while."""

    def handler(*_told):
        steps.append("in")
        time.sleep(0.05)
        steps.append("out")

    return handler


def test_two_handlers_never_run_side_by_side(steps):
    one, other = (report_errors(ipywidgets.HTML(), slow(steps)) for _ in range(2))
    side_by_side(one, other, Latest(slow(steps)).ask)
    assert steps == ["in", "out"] * 3


def test_a_handler_that_calls_another_does_not_wait_for_itself(steps):
    inner = report_errors(ipywidgets.HTML(), slow(steps))
    side_by_side(report_errors(ipywidgets.HTML(), inner))
    assert steps == ["in", "out"]


def test_what_runs_in_the_background_lets_others_have_their_turns(steps):
    status, cancelled = ipywidgets.HTML(), threading.Event()
    download = telling_errors(status, lambda: steps.append(cancelled.wait(5)))
    side_by_side(download, report_errors(status, cancelled.set))
    assert steps == [True]


def test_a_change_that_comes_while_the_explorer_changes_its_controls_is_not_lost(steps):
    explorer = Handlers()
    explorer.status = ipywidgets.HTML()
    begun = threading.Event()

    def change_own():
        begun.set()
        time.sleep(0.1)

    own = report_errors(explorer.status, lambda: explorer._quietly(change_own))
    answer = explorer._unless_busy(steps.append)
    side_by_side(own, lambda: (begun.wait(5), answer("the user's")))
    assert steps == ["the user's"]


def test_the_summary_is_of_what_was_drawn_last():
    explorer, drawn = Handlers(), []
    explorer.status, explorer.asked = ipywidgets.HTML(), ""

    def draw():
        asked = explorer.asked
        time.sleep(0.05)
        drawn.append((asked, explorer.asked))
        show_status(explorer.status, explorer.asked)

    def ask(question):
        explorer.asked = question
        Latest(draw).ask()

    side_by_side(*(lambda q=q: explorer._safely(ask)(q) for q in ("one", "two", "three")))
    assert all(before == after for before, after in drawn)
    assert drawn[-1][0] in explorer.status.value
