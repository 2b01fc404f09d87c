"""What mistakes are computed from: the fields of lines, read without the kit's own reader."""

from collections.abc import Iterable

from nsgkit.training.lines import V1, V4, Line

PACKETS, BYTES = (0, 2), (1, 3)  # of the four counters


def state(line: Line) -> str:
    """Return the letter of the state; none in version 1.

    >>> state(Line("1741082400,192.0.2.9,10.8.0.4,50000,443,T,I,A,B,,,,"))
    'B'
    """
    if line.version == V1:
        return ""
    return line.fields[7] if line.version == V4 else line.fields[8]


def allowed(line: Line) -> bool:
    """Return whether the line is of a connection that was let through."""
    return line.fields[7] in "BCE" if line.version == V4 else line.fields[7] == "A"


def denied(line: Line) -> bool:
    """Return whether the line is a denied attempt."""
    return line.fields[7] == "D"


def begins(line: Line) -> bool:
    """Return whether the line counts a connection: its begin row, or its only row in version 1."""
    return allowed(line) and state(line) in ("", "B")


def counters(line: Line) -> list[int]:
    """Return the four counters, with 0 where there is none: what a mistake adds up."""
    return [int(number or 0) for number in line.fields[9:13]] or [0, 0, 0, 0]


def added(lines: Iterable[Line], places: Iterable[int] = BYTES) -> int:
    """Return the sum of some of the four counters over lines.

    >>> added([Line("1741082400,192.0.2.9,10.8.0.4,50000,443,T,I,A,E,4,400,3,300")])
    700
    """
    chosen = [*places]
    return sum(counters(line)[place] for line in lines for place in chosen)
