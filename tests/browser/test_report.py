"""The report of a case whose every word is hostile, as a file in Chromium: inert, and readable on paper."""

import re

import pytest

import nsgkit
from nsgkit import analyses, views
from nsgkit import case as cases
from nsgkit.case import opening
from tests.browser.report import PAPER, PAST_THE_EDGE, opened

HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}"
LONG = "w" * 300
DRAWN = f"<svg xmlns='http://www.w3.org/2000/svg' width='2000' height='20'><image href='http://192.0.2.1/x'/>\
<script>alert(2)</script><text y='15'>{HOSTILE.replace('<', '&lt;')}</text></svg>"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A report with these words for a rule, an author, a tag, notes, reasons, queries and pictures."""
    logs = nsgkit.read_logs("data/samples", start="2024-12-18 07:00", end="2024-12-18 10:00")
    held = nsgkit.conversations(logs)
    named = held["rule"].cat.rename_categories({"UserRule_Temp-SSH-Contractor": HOSTILE})
    his = nsgkit.query(held.assign(rule=named), "src:203.0.113.199 dst_port:22")
    folder = tmp_path_factory.mktemp("report")
    case = cases.open(folder / "case", logs, author=HOSTILE)
    case.star(his, HOSTILE, tags=[HOSTILE], query=f"{HOSTILE}\nsecond line")
    case.verdict(guessing(held), "suspicious", f"{HOSTILE}\nsecond line\n{LONG}")
    case.note(f"{HOSTILE}\nsecond line\n{LONG}")
    case.keep_picture(views.lanes(analyses.lanes(his)), HOSTILE, query=HOSTILE)
    case.keep_picture(DRAWN, HOSTILE)
    yield case.report(folder / "report.html")
    opening._held.clear()


def guessing(held):
    """The finding that somebody guessed passwords."""
    return nsgkit.detections.brute_force(held).iloc[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_words_are_read_and_do_nothing(jupyter, report, scheme):
    with opened(jupyter, report, color_scheme=scheme) as page:
        for name in ("summary", "account", "verdicts", "notes", "pictures", "coverage", "queries"):
            assert HOSTILE in page.locator(f"#{name}").inner_text()
        assert page.locator("script, [onerror], [onload], img[src=x]").count() == 0
        assert (
            page.evaluate("() => [...document.images].map((image) => image.naturalWidth > 500)") == [True] * 2
        )
        assert page.evaluate(PAST_THE_EDGE) == []


def test_a_reason_of_several_lines_is_shown_in_lines(jupyter, report):
    with opened(jupyter, report) as page:
        for place in ("#verdicts td", "#findings td", "#notes .why"):
            assert f"{HOSTILE}\nsecond line\n" in "".join(page.locator(place).all_inner_texts())


def test_on_paper_all_is_there_and_nothing_is_cut_off(jupyter, report):
    with opened(jupyter, report, viewport=PAPER) as page:
        page.emulate_media(media="print")
        assert page.evaluate(PAST_THE_EDGE) == []
        assert (
            page.locator(":is(h1, h2, h3, table):visible").count()
            == page.locator("h1, h2, h3, table").count()
        )
        assert page.locator("h2").count() == 14
        assert (
            page.locator("body").evaluate("node => getComputedStyle(node).backgroundColor")
            == "rgb(255, 255, 255)"
        )


def test_it_is_printed_on_several_pages(jupyter, report):
    with opened(jupyter, report) as page:
        printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) > 10
