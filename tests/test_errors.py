"""What an analyst sees of an error of ours: one sentence in a notebook, and the traceback everywhere else."""

import traceback

import nbclient
import nbformat
import pytest

from nsgkit.errors import NoLogsError, NsgkitError


@pytest.fixture(scope="module")
def failed():
    """Run cells that fail, and return what each shows: the lines of its error."""
    sources = [
        "import nsgkit",
        "nsgkit.read_logs('no such folder')",
        "nsgkit.read_logs('data', start='19/12/2024')",
        r"raise nsgkit.NsgkitError('a rule called \x1b[31mred\x07\x1b]0;title\x07 and \u202etxt')",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise nsgkit.NsgkitError('No.') from error",
        "%xmode Verbose",
        "nsgkit.read_logs('no such folder')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nbclient.NotebookClient(notebook, allow_errors=True, timeout=60).execute()
    return [[o for o in cell.outputs if o.output_type == "error"] for cell in notebook.cells]


def sentence(outputs):
    (error,) = outputs
    (line,) = error.traceback
    return line


def test_a_notebook_shows_one_sentence(failed):
    assert sentence(failed[1]).startswith("NoLogsError: ")
    assert "no such folder" in sentence(failed[1])


def test_a_time_that_is_no_iso_time_is_refused_in_one_sentence(failed):
    assert sentence(failed[2]) == (
        "NsgkitError: start takes no '19/12/2024': write a time in UTC, from 1970 to 9998, as '2024-12-19' "
        "or '2024-12-19 09:00'."
    )


def test_control_characters_in_a_message_are_spelled_out(failed):
    assert sentence(failed[3]) == (
        r"NsgkitError: a rule called \u001b[31mred\u0007\u001b]0;title\u0007 and \u202etxt"
    )


def test_what_caused_it_is_left_out_too(failed):
    assert sentence(failed[4]) == "NsgkitError: No."


def test_verbose_mode_brings_the_traceback_back(failed):
    (error,) = failed[6]
    assert "read_logs" in "".join(error.traceback) and len(error.traceback) > 1


def test_outside_of_a_notebook_nothing_is_hidden():
    try:
        try:
            _ = 1 / 0
        except ZeroDivisionError as error:
            raise NoLogsError("No.") from error
    except NsgkitError as error:
        lines = "".join(traceback.format_exception(error))
    assert "test_errors.py" in lines and "ZeroDivisionError" in lines and lines.endswith("NoLogsError: No.\n")
