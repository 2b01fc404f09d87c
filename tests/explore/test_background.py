"""What runs beside the notebook: its progress, and its words."""

import threading

import ipywidgets

from nsgkit.explore.workbench import background as beside
from nsgkit.explore.workbench.background import caught_words, run_beside, shown_progress


def test_what_has_come_is_shown_with_rate_and_time_left(monkeypatch):
    clock = iter([100.0, 103.0])
    monkeypatch.setattr(beside, "monotonic", lambda: next(clock))
    place = ipywidgets.VBox()
    with shown_progress(place) as tell:
        bar, words = place.children[0].children
        tell(0, 2_000_000)
        tell(1_500_000, 2_000_000)
    assert (bar.value, bar.max) == (1_500_000, 2_000_000)
    assert words.value == "1.5 of 2.0 MB, 0.50 MB/s, about 1 s left"


def test_the_page_is_not_told_of_every_piece(monkeypatch):
    clock = iter(100 + n / 100 for n in range(101))
    monkeypatch.setattr(beside, "monotonic", lambda: next(clock))
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


def test_only_the_words_of_this_thread_are_caught(capsys):
    with caught_words() as said:
        print("mine")
        other = threading.Thread(target=lambda: print("another's"))
        other.start()
        other.join()
    assert said.getvalue() == "mine\n"
    assert capsys.readouterr().out == "another's\n"


def test_the_notebook_goes_on_meanwhile():
    go_on, done = threading.Event(), threading.Event()
    run_beside(lambda: (go_on.wait(10), done.set()))
    assert not done.is_set()
    go_on.set()
    assert done.wait(10)
