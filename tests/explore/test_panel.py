"""What an explorer says about itself: that it works, what is empty, what went wrong."""

from nsgkit.errors import NsgkitError
from nsgkit.explore.workbench.panel import clear, panel, report_errors, show_status, status_line


def fails_with(error):
    def handler():
        raise error

    return handler


def said_after(handler):
    status = status_line()
    report_errors(status, handler)()
    return status.value


def test_our_own_error_is_shown_as_it_is_worded():
    said = said_after(fails_with(NsgkitError("No blob at x.json. Choose a folder.")))
    assert ">No blob at x.json. Choose a folder.</div>" in said


def test_a_surprise_is_one_sentence_with_its_traceback_folded_away():
    said = said_after(fails_with(KeyError("rule")))
    assert "This did not work: KeyError: &#39;rule&#39;." in said
    assert "<details><summary>Details</summary><code>Traceback" in said


def test_an_error_is_announced_to_a_screen_reader():
    assert 'role="alert"' in said_after(fails_with(ValueError()))


def test_hostile_text_in_an_error_is_inert():
    for kind in (NsgkitError, KeyError):  # the latter shows its traceback too
        assert "<img" not in said_after(fails_with(kind('"><img src=x onerror=alert(1)>')))


def test_a_handler_that_works_leaves_the_line_empty():
    assert said_after(lambda: None) == ""


def test_what_a_handler_says_stays():
    status = status_line()
    report_errors(status, lambda: show_status(status, "No row is denied.", "Choose a longer span."))()
    assert "No row is denied. Choose a longer span." in status.value


def test_while_a_handler_runs_the_line_says_that_it_works():
    status, seen = status_line(), []
    report_errors(status, lambda: seen.append(status.value), working="Reading the logs …")()
    assert "nsgkit-working" in seen[0]
    assert "Reading the logs …" in seen[0]


def test_a_handler_gets_what_the_widget_gives():
    got = []
    report_errors(status_line(), lambda change, *, extra: got.append((change, extra)))(1, extra=2)
    assert got == [(1, 2)]


def test_clear_empties_the_line():
    status = status_line()
    show_status(status, "Something.")
    clear(status)
    assert status.value == ""


def test_a_panel_carries_the_stylesheet():
    assert "var(--jp-ui-font-color1" in panel().children[0]._css
