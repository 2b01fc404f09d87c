"""What runs beside the notebook: its progress, and its words."""

import threading
import time

import ipywidgets

from nsgkit.explore import beside
from nsgkit.explore.beside import caught_words, run_beside, shown_progress


def test_what_comes_into_the_folder_is_shown_with_rate_and_time_left(tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "_EVERY", 0.01)
    (tmp_path / "blobs" / "3f").mkdir(parents=True)
    (tmp_path / "blobs" / "3f" / "old.0").write_bytes(b"x" * 500)
    place = ipywidgets.VBox()
    with shown_progress(place, tmp_path, 2_000_000):
        bar, words = place.children[0].children
        time.sleep(0.05)
        (tmp_path / "blobs" / "3f" / "new.0").write_bytes(b"x" * 1_500_000)
        _wait(lambda: bar.value == 1_500_000)  # what was there before does not count
    assert "1.5 of 2.0 MB" in words.value
    assert "MB/s" in words.value
    assert "s left" in words.value


def test_it_goes_away_with_the_download():
    place = ipywidgets.VBox()
    with shown_progress(place, "none yet", 0):
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


def _wait(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
