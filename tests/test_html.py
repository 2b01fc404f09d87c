"""Text from a log reaches HTML as text, whatever engine reads it next."""

import ast
import html
import re
import unicodedata
from pathlib import Path

import branca.element
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.html import escape, visible
from tests.imports import imports
from tests.markup import risky

PACKAGE = Path(__file__).parents[1] / "nsgkit"

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


# Functions that give HTML, and whose own bodies are read.
GIVE_HTML = {"as_html", "html_table", "lines_as_html", "table", "_code", "_headed", "_marked", "_pictures"}
# What the reading cannot follow, each looked at: no text of a log is among it. Numbers, colours and words of
# the kit's own; `left_behind`, `finding_words` and `html_table` put together what was made inert before.
LOOKED_AT = {
    "enable/known.py": {"{subscription}", "{provider}", "{self.network}"},  # no HTML: <…> is to be filled in
    "explore/download.py": {"{time}"},
    "explore/fields.py": {"{above}"},
    "explore/findings/words.py": {"{number}", "(line for line in [*said, escape(proved)])"},
    "explore/workbench/left_behind.py": {
        "{at}", "{heading}", "{last}", "{line}", "{self.hidden}", "{''.join(self.kept)}",
        "{''.join((f'<li>{line}</li>' for line in words))}",
    },
    "explore/workbench/panel.py": {"{kind}"},
    "explore/workbench/table.py": {"{body}", "{cell}", "{''.join((f'<td>{cell}</td>' for cell in cells))}"},
    "flows/summary.py": {
        "{picture}", "{width}", "{height}", "{shapes}", "{left}", "{x + width - left}", "{top}",
        "{y + _CELL - top}", "{colour}", "{middle}", "{box}", "{stroke}", "{inside}", "{full}", "{x}", "{y}",
        "{cross}", "{items}", "{_TOP + y * row + 9}", "{_LEFT + x * step}", "{_utc(hour)}",
    },
    "html.py": {"{style}", "{data}"},
    "training/form.py": {"{told}"},  # what a Feedback says in HTML
    "sample/container.py": {  # XML that a stand-in for Azure answers
        "{''.join(entries)}", "{told}", "{base64.b64encode(b'%06d' % number).decode()}", "{blocks}",
    },
    "views/maps/countries.py": {
        "{colour}", "{steps.opacity(step)}", "{box}", "{words}",
        "{counted(counts[step], 'country', 'countries')}",
    },
    "views/maps/page.py": {"{page}", "{frame}"},  # the whole page, quoted as an attribute
    "views/maps/places.py": {"{''.join(rows)}", "{look}", "{word}", "{counted(len(point), 'place')}"},
}  # fmt: skip
# Ways into HTML that nobody here takes: they escape too little, or run what they are given.
OTHER_WAYS = {
    "Html", "IFrame", "Markup", "Popup", "GeoJsonPopup", "GeoJsonTooltip", "Styler", "parse_html", "to_html",
    "write_html",
}  # fmt: skip


def test_text_is_put_into_html_through_escape_alone():
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for _, text in risky(path.read_text("utf-8"), GIVE_HTML):
            found.setdefault(path.relative_to(PACKAGE).as_posix(), set()).add(text)
    assert found == LOOKED_AT, "escape it with nsgkit.html.escape"


@pytest.mark.parametrize(
    "source",
    [
        "f'<b>{name}</b>'",
        "'<b>' + name",
        "'<b>%s</b>' % name",
        "'<b>{}</b>'.format(name)",
        "'<br>'.join(names)",
        "'<b>x</b>'.replace('x', name)",
        "f'<b>{str(name)}</b>'",
        "f'<b>{name:>20}</b>'",
        "f'<b>{html.unescape(name)}</b>'",
        "f'<a href={name}>'",
        "f'<b>{escape(a) if a else name}</b>'",
        "f'<b>{SPACE.join(x for x in names)}</b>'",
        "def f(name):\n    safe = name\n    return f'<b>{safe}</b>'",
        "def f(name):\n    safe = escape(name)\n    safe += name\n    return f'<b>{safe}</b>'",
        "def f(names):\n    lines = []\n    lines.append(names[0])\n    return f'<b>{\"\".join(lines)}</b>'",
    ],
)
def test_another_way_would_be_seen(source):
    assert risky(source)


@pytest.mark.parametrize(
    "source",
    [
        "f'<b>{escape(name)}</b>'",
        "f'<b>{number:,} of {share:.1%}</b>'",
        "f'<b>{SIZE}</b>'",
        "f'{a} < {b}'",
        "def f(name):\n    safe = escape(name) if name else ''\n    return f'<b>{safe}</b>'",
        "f'<p>{\"<br>\".join(escape(line) for line in lines)}</p>'",
    ],
)
def test_what_is_inert_is_left_alone(source):
    assert not risky(source)


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "views" / "maps").glob("*.py")), ids=lambda path: path.name
)
def test_each_escape_that_a_map_needs_is_missed_when_it_is_gone(path):
    source = path.read_text("utf-8")
    known = {text for _, text in risky(source, GIVE_HTML)}
    for there in re.finditer(r"\{escape\(", source):
        without = source[: there.start()] + "{str(" + source[there.end() :]
        assert {text for _, text in risky(without, GIVE_HTML)} - known, source[there.start() :][:40]


def test_no_other_library_makes_html_of_text():
    names = {
        (path.name, getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "arg", None))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute | ast.Name | ast.keyword)
    }
    assert not {(file, name) for file, name in names if name in OTHER_WAYS}
    libraries = {path.name: {name.split(".")[0] for name in imports(path)} for path in PACKAGE.rglob("*.py")}
    users = {file for file, used in libraries.items() if used & {"folium", "branca"}}
    assert users == {"page.py"}


def test_the_standard_librarys_escape_is_not_enough_and_not_used():
    assert not [path.name for path in PACKAGE.rglob("*.py") if {"html", "html.escape"} & set(imports(path))]


def test_a_script_sets_html_only_in_a_map_which_gets_inert_texts():
    sets = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
    assert [p.name for p in PACKAGE.rglob("*.js") if sets.search(p.read_text("utf-8"))] == ["map.js"]
