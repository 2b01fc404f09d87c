"""Text from a log reaches HTML as text, whatever engine reads it next."""

import html
import unicodedata

import branca.element
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.html import escape, visible

HOSTILE = [
    "{{7*7}}",
    "{% raw %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "${alert(1)}",
    "`${alert(1)}`",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    r"\u003cimg src=x onerror=alert(1)\u003e",
    "a\u202egnp.exe",
    "zero\u200bwidth",
    "line\u2028separator",
    "nul\x00and\x1b[31mescape",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_starts_code_is_left(text):
    left = escape(text).replace("&#", "")
    assert not set("<>\"'\\`${}%&") & set(left)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_browser_reads_back_what_the_log_holds(text):
    assert html.unescape(escape(text)) == visible(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_jinja_renders_it_unchanged(text):
    assert jinja2.Environment(autoescape=False).from_string(escape(text)).render() == escape(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_branca_which_maps_are_made_with_evaluates_nothing(text):
    assert branca.element.Html(escape(text), script=True).render().count(escape(text)) == 1


@given(st.text())
def test_any_text_survives_as_text(text):
    assert html.unescape(escape(text)) == visible(text)


@given(st.text())
def test_no_character_that_hides_or_turns_text_is_left(text):
    assert not {unicodedata.category(c) for c in visible(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(("hidden", "shown"), [("\u202e", r"\u202e"), ("\U000e0041", r"\U000e0041")])
def test_a_hidden_character_is_spelled_by_its_number(hidden, shown):
    assert visible(f"a{hidden}b") == f"a{shown}b"


def test_plain_names_stay_readable():
    assert escape("UserRule_Allow-SSH 10.0.0.0/24") == "UserRule_Allow-SSH 10.0.0.0/24"


def test_numbers_are_text_too():
    assert escape(7) == "7"
