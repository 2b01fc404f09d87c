"""What runs in a thread of its own: its progress, and what it logs."""

import logging
import sys
import threading

import ipywidgets

from nsgkit.explore.workbench import background
from nsgkit.explore.workbench.background import log_shown, run_in_thread, shown_progress


def test_what_has_come_is_shown_with_rate_and_time_left(monkeypatch):
    clock = iter([100.0, 103.0])
    monkeypatch.setattr(background, "monotonic", lambda: next(clock))
    place = ipywidgets.VBox()
    with shown_progress(place) as tell:
        bar, words = place.children[0].children
        tell(0, 2_000_000)
        tell(1_500_000, 2_000_000)
    assert (bar.value, bar.max) == (1_500_000, 2_000_000)
    assert words.value == "1.5 of 2.0 MB, 0.50 MB/s, about 1 s left"


def test_the_page_is_not_told_of_every_piece(monkeypatch):
    clock = iter(100 + n / 100 for n in range(101))
    monkeypatch.setattr(background, "monotonic", lambda: next(clock))
    told, place = [], ipywidgets.VBox()
    with shown_progress(place) as tell:
        place.children[0].children[1].observe(told.append, "value")
        for arrived in range(101):
            tell(arrived * 1_000_000, 100_000_000)
    assert len(told) == 2


def test_it_goes_away_with_the_download():
    place = ipywidgets.VBox()
    with shown_progress(place):
        assert place.children
    assert place.children == ()


def test_only_what_this_thread_logs_is_shown():
    log, said = logging.getLogger("nsgkit.acquire.download"), []
    with log_shown("nsgkit.acquire", said.append):
        log.info("%s of mine", 3)
        other = threading.Thread(target=log.info, args=("another's",))
        other.start()
        other.join()
    log.info("too late")
    assert said == ["3 of mine"]


def test_two_threads_that_come_and_go_in_any_order_leave_nothing_behind(capsys):
    """First in, first out: what is printed and logged afterwards goes where it always went."""
    log, order, out = logging.getLogger("nsgkit.acquire"), [threading.Event() for _ in range(3)], sys.stdout
    handlers = [*log.handlers]

    def second():
        order[0].wait(10)
        with log_shown("nsgkit.acquire", lambda _: None):
            order[1].set()
            order[2].wait(10)

    thread = threading.Thread(target=second)
    thread.start()
    with log_shown("nsgkit.acquire", lambda _: None):
        order[0].set()
        order[1].wait(10)
    order[2].set()
    thread.join()
    print("afterwards")
    assert (sys.stdout, log.handlers) == (out, handlers)
    assert capsys.readouterr().out == "afterwards\n"


def test_the_notebook_goes_on_meanwhile():
    go_on, done = threading.Event(), threading.Event()
    run_in_thread(lambda: (go_on.wait(10), done.set()))
    assert not done.is_set()
    go_on.set()
    assert done.wait(10)
