"""Elements of HTML and SVG, the only way that text takes into the report: text is escaped, elements stay.

Only `tag` makes an `Element`, of text that it escapes and of other elements. So a text that was forgotten
cannot become code: it is not an element, and is escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nsgkit.html import escape


@dataclass(frozen=True)
class Element:
    """What is HTML already."""

    html: str


Inside = str | int | Element  # what may stand in an element

_SHORT = 15  # letters of a word that is never broken
_EMPTY = frozenset({"meta", "br", "line", "rect", "path", "circle", "img", "col"})  # they have no inside


def tag(name: str, /, *inside: Inside, **attributes: str | float) -> Element:
    """Return an element. `class_` is its class; other underscores in names of attributes are hyphens.

    >>> tag("p", "a < b ", tag("b", 7), class_="told").html
    '<p class="told">a &#60; b <b>7</b></p>'
    """
    facts = "".join(f' {_named(key)}="{escape(value)}"' for key, value in attributes.items())
    if name in _EMPTY:
        return Element(f"<{name}{facts}/>")
    held = "".join(each.html if isinstance(each, Element) else escape(each) for each in inside)
    return Element(f"<{name}{facts}>{held}</{name}>")


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Inside]],
    *,
    numbers: Iterable[int] = (),
    **attributes: str,
) -> Element:
    """Return a table; the columns at the places `numbers` are set to the right.

    >>> table(["Rule"], [["DenyAll"]]).html[:41]
    '<table><thead><tr><th scope="col">Rule</t'
    """
    right = frozenset(numbers)
    body = [tag("tr", *(_cell(each, place in right) for place, each in enumerate(row))) for row in rows]
    head = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in heads)))
    return tag("table", head, tag("tbody", *body), **attributes)


def section(title: str, name: str, *inside: Inside) -> Element:
    """Return a section of the page with its heading; `name` is what links to it."""
    return tag("section", tag("h2", title), *inside, id=name)


def listed(items: Iterable[Inside]) -> Element:
    """Return a list of sentences."""
    return tag("ul", *(tag("li", each) for each in items))


def in_lines(text: str) -> list[Inside]:
    r"""Return a text of several lines as what stands in an element: line breaks are elements.

    >>> tag("p", *in_lines("one\ntwo")).html
    '<p>one<br/>two</p>'
    """
    made: list[Inside] = []
    for line in text.splitlines():
        made += [tag("br"), line] if made else [line]
    return made


def moment(text: str) -> Element:
    """Return a time as `words.spoken` writes it, for a narrow column: its day stays in one line.

    >>> moment("2024-12-19 09:00:00").html
    '<span><span class="day">2024-12-19</span> 09:00:00</span>'
    """
    day, *clock = text.split(" ")
    return tag("span", tag("span", day, class_="day"), *(f" {each}" for each in clock))


def link(to: str, *inside: Inside) -> Element:
    """Return a link to another place of the page."""
    return tag("a", *inside, href=f"#{to}")


def _cell(inside: Inside, right: bool) -> Element:
    if right:
        return tag("td", inside, class_="number")
    return tag("td", inside, class_="short") if _is_short(inside) else tag("td", inside)


def _is_short(inside: Inside) -> bool:
    """Whether no word is longer than an IPv4 address: then none needs to be broken to fit on a page."""
    return isinstance(inside, str) and all(len(word) <= _SHORT for word in inside.split())


def _named(attribute: str) -> str:
    return attribute.rstrip("_").replace("_", "-")
