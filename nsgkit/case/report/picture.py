"""The report's timeline, drawn as SVG: the same rows give the same bytes on every machine.

A bar is as long as its connection lasted, a tick is a denied attempt, an end that the logs do not have is
frayed, and hours without logs are hatched.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from nsgkit.case.contents import Row
from nsgkit.case.report.holes import Hole
from nsgkit.case.report.lanes import MOST, Lane
from nsgkit.case.report.markup import Element, Inside, tag
from nsgkit.case.report.words import from_to
from nsgkit.schema import cut_apart
from nsgkit.times import shifted

WIDTH, _LEFT, _RIGHT, _TOP, _LANE, _FOOT = 960, 262, 14, 34, 40, 8
_ROOM = 40  # letters of a lane's name
_APART = 26  # pixels between two numbers over a lane
_FRAY = 5  # pixels by which a frayed end is drawn beyond its bar
_STEPS = tuple(
    timedelta(**{unit: count})
    for unit, counts in (
        ("seconds", (1, 2, 5, 10, 15, 30)), ("minutes", (1, 2, 5, 10, 15, 30)), ("hours", (1, 2, 3, 6, 12)),
        ("days", (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000, 1_000_000)),
    )
    for count in counts
)  # fmt: skip
_MOST_TICKS = 7
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Axis:
    """Where on the picture a time lies."""

    def __init__(self, first: datetime, last: datetime) -> None:
        length = max(last - first, timedelta(seconds=10))
        self.first, self.last = shifted(first, -length / 40), shifted(shifted(first, length), length / 40)
        self._length = self.last - self.first

    def x(self, time: datetime) -> float:
        """Return the place of a time, to a tenth of a pixel."""
        at = min(max(time, self.first), self.last)
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * ((at - self.first) / self._length), 1)

    def ticks(self) -> Iterator[datetime]:
        """Yield round times, at most seven."""
        step = next((s for s in _STEPS if self._length / s <= _MOST_TICKS), _STEPS[-1])
        first, last = -((_EPOCH - self.first) // step), (self.last - _EPOCH) // step
        yield from (_EPOCH + number * step for number in range(first, last + 1))

    def shows_seconds(self) -> bool:
        """Whether its ticks are less than a minute apart."""
        return self._length / _MOST_TICKS < timedelta(minutes=1)


def timeline(found: Sequence[Lane], holes: Sequence[Hole], name: str) -> Element:
    """Return the picture of lanes, at most `MOST`; `name` tells its pattern from others' on the page."""
    drawn = found[:MOST]
    axis = Axis(min(lane.first for lane in drawn), max(lane.last for lane in drawn))
    height = _TOP + _LANE * len(drawn) + _FOOT
    words = f"Timeline of {len(drawn)} lanes, {from_to(axis.first, axis.last)}"
    inside = [tag("title", words), _pattern(name), *_axis(axis, height)]
    labels = cut_apart({text for lane in drawn for text in _labels(lane)}, _ROOM)
    for place, lane in enumerate(drawn):
        top = _TOP + _LANE * place
        inside += [*_hatched(axis, top, lane, holes, name), *_label(lane, top, labels)]
        inside += [*_marks(axis, top, lane), *_numbers(axis, top, lane)]
    return tag(
        "svg", *inside, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {height}", role="img",
        class_="timeline",
    )  # fmt: skip


def legend(name: str) -> Element:
    """Return what the signs of the picture mean."""
    signs: tuple[tuple[list[Element], str], ...] = (
        ([_bar(8, 24, "allowed")], "an allowed connection, as long as it lasted"),
        ([_tick(16)], "a denied attempt"),
        ([_bar(8, 18, "allowed"), *_frayed(18, 1, "allowed")], "its end is not in the logs"),
        ([_bar(14, 24, "allowed"), *_frayed(14, -1, "allowed")], "its begin is not in the logs"),
        ([_bar(8, 24, "unknown")], "a flow row alone, or an unknown decision"),
        ([tag("rect", x=2, y=2, width=28, height=16, fill=f"url(#{name})")], "no logs of the lane's NIC"),
        ([_number(16, 14, [4])], "the line of the case that cites what begins here"),
    )
    return tag("p", *(_sign(drawn, words) for drawn, words in signs), class_="legend")


def _sign(drawn: Sequence[Element], words: str) -> Element:
    svg = tag("svg", *drawn, viewBox="0 0 32 20", width=32, height=20, class_="sign")
    return tag("span", svg, words)


def _pattern(name: str) -> Element:
    line = tag("path", d="M0 6L6 0", class_="hatch")
    return tag("defs", tag("pattern", line, id=name, width=6, height=6, patternUnits="userSpaceOnUse"))


def _axis(axis: Axis, height: int) -> Iterator[Element]:
    yield tag("text", "UTC", x=_LEFT - 8, y=_TOP - 14, text_anchor="end", class_="faint")
    for time in axis.ticks():
        x = axis.x(time)
        written = f"{time:%m-%d %H:%M:%S}" if axis.shows_seconds() else f"{time:%m-%d %H:%M}"
        yield tag("line", x1=x, x2=x, y1=_TOP - 8, y2=height - _FOOT, class_="grid")
        yield tag("text", written, x=x, y=_TOP - 14, text_anchor="middle", class_="faint")


def _labels(lane: Lane) -> tuple[str, str]:
    return lane.source, f"→ {lane.target}  {lane.ports}"


def _label(lane: Lane, top: int, short: dict[str, str]) -> Iterator[Element]:
    whole = tag("title", " ".join(_labels(lane)))
    for text, y in zip(_labels(lane), (top + 15, top + 30), strict=True):
        yield tag("text", whole, short[text], x=_LEFT - 8, y=y, text_anchor="end")
    yield tag("line", x1=0, x2=WIDTH, y1=top + _LANE - 1, y2=top + _LANE - 1, class_="grid")


def _hatched(axis: Axis, top: int, lane: Lane, holes: Sequence[Hole], name: str) -> Iterator[Element]:
    nics = {row.mac for row, _ in lane.rows}
    resources = {row.resource for row, _ in lane.rows}
    for hole in holes:
        if (hole.mac in nics if hole.mac else hole.resource in resources) and hole.start < axis.last:
            left, right = axis.x(hole.start), axis.x(hole.end)
            yield tag(
                "rect",
                x=left,
                y=top,
                width=round(max(right - left, 1), 1),
                height=_LANE - 1,
                fill=f"url(#{name})",
            )


def _marks(axis: Axis, top: int, lane: Lane) -> Iterator[Element]:
    """Yield a mark for each row; those that fall on the same pixels are drawn once."""
    yield from dict.fromkeys(
        tag("g", *drawn, transform=f"translate(0 {top + 14})")
        for row, _ in lane.rows
        for drawn in (_mark(axis, row),)
    )


def _mark(axis: Axis, row: Row) -> list[Element]:
    if row.begin is None or row.end is None:
        return []
    left, right = axis.x(row.begin), axis.x(row.end)
    if row.decision == "denied":
        return [_tick(left)]
    kind = "allowed" if row.whole and row.decision == "allowed" else "unknown"
    drawn = [_bar(left, max(right, left + 2), kind)]
    drawn += _frayed(max(right, left + 2), 1, kind) if row.state == "open" else []
    return drawn + (_frayed(left, -1, kind) if row.state == "orphan" else [])


def _bar(left: float, right: float, kind: str) -> Element:
    return tag("rect", x=left, y=6, width=round(right - left, 1), height=8, class_=kind)


def _tick(x: float) -> Element:
    return tag("line", x1=x, x2=x, y1=2, y2=18, class_="denied")


def _frayed(x: float, way: int, kind: str) -> list[Element]:
    """Return three threads that run out of a bar's end."""
    ends = (_FRAY * way, 3 * way, _FRAY * way)
    path = "".join(f"M{x} {y}h{length}" for y, length in zip((6.75, 10, 13.25), ends, strict=True))
    return [tag("path", d=path, class_=f"thread {kind}")]


def _numbers(axis: Axis, top: int, lane: Lane) -> Iterator[Element]:
    """Yield the numbers of the lines over where the first row begins that each of them cites."""
    firsts: dict[int, float] = {}
    for row, numbers in lane.rows:
        for number in numbers:
            if row.begin and number not in firsts:
                firsts[number] = axis.x(row.begin)
    groups: list[tuple[float, list[int]]] = []
    for number, x in sorted(firsts.items(), key=lambda each: (each[1], each[0])):
        if groups and x - groups[-1][0] < _APART + 14 * (len(groups[-1][1]) - 1):
            groups[-1][1].append(number)
        else:
            groups.append((x, [number]))
    for x, together in groups:
        yield _number(x, top + 12, together)


def _number(x: float, y: float, numbers: Sequence[int]) -> Element:
    parts: list[Inside] = []
    for number in sorted(numbers):
        parts += [", "] if parts else []
        parts.append(tag("a", number, href=f"#line-{number}"))
    anchor = "start" if x < WIDTH - 120 else "end"
    return tag("text", *parts, x=x, y=y, text_anchor=anchor, class_="line")
