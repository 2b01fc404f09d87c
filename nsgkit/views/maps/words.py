"""What a map says: its title, what is left out, and the figures of a place. All of it as inert HTML."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from nsgkit import schema
from nsgkit.html import escape
from nsgkit.views.maps.points import MOST_POINTS, Places, Row
from nsgkit.views.numbers import counted, short_number

NOTHING = "No place is known."
_NAMED = 5  # names in a sentence


def span(rows: Sequence[Row]) -> str:
    """Return from when to when rows were seen.

    >>> seen = pd.to_datetime(["2024-12-19 09:00:30", "2024-12-19 10:00:00"], utc=True)
    >>> span([{"first": seen[0], "last": seen[1]}])
    '2024-12-19 09:00 to 2024-12-19 10:00 UTC'
    """
    times = [time for row in rows for time in (row["first"], row["last"]) if pd.notna(time)]
    return f"{moment(min(times))} to {moment(max(times))} UTC" if times else ""


def moment(time: Any) -> str:
    """Return a time to the minute, in UTC."""
    return f"{time:%Y-%m-%d %H:%M}"


def leading(named: Sequence[tuple[str, Any]], measure: str) -> str:
    """Say who has most of a measure, of pairs of a name and a number; nothing where nobody has any.

    >>> leading([("Oslo", 7), ("Suva", None), ("Lagos", 1_200)], "denied")
    'Most denied attempts: Lagos (1,200).'
    """
    name, most = max(named, key=lambda pair: pair[1] or 0, default=("", 0))
    return f"Most {schema.spoken(measure)}: {name} ({short_number(most)})." if most else ""


def first_line(rows: Sequence[Row], drawn: Sequence[Row], most: Sequence[str]) -> str:
    """Return what is said first: of which span a map is, whether it shows most of it, and who leads."""
    seen, all_of_it = span(rows), _size(rows)
    mostly = ""
    if _size(drawn) * 2 < all_of_it:
        share = f"{_size(drawn) / all_of_it:.1%}"
        mostly = f"On the map is only {share} of all connections and denied attempts."
    return " ".join(said for said in (seen and f"{seen}.", mostly, *most) if said)


def _size(rows: Sequence[Row]) -> int:
    return sum(row["connections"] + row["denied"] for row in rows)


def traffic(rows: Sequence[Row]) -> str:
    """Return what went on in some rows.

    >>> traffic([{"connections": 3, "denied": 2}, {"connections": 1, "denied": 0}])
    '4 connections, 2 denied attempts'
    """
    connections, denied = (sum(row[name] for row in rows) for name in ("connections", "denied"))
    return f"{counted(connections, 'connection')}, {counted(denied, 'denied attempt')}"


def notes(found: Places, measure: str, *, binned: bool) -> list[str]:
    """Return the sentences that say what is drawn and what is not; together they are the whole table."""
    drawn = [row for point in found.points for row in point]
    said = [f"On the map: {counted(len(drawn), 'place')} ({traffic(drawn)})."]
    if found.left_out:
        places = counted(len(found.left_out), "place")
        said.append(f"Beyond the {MOST_POINTS} largest, not drawn: {places} ({traffic(found.left_out)}).")
    if found.none:
        places = counted(len(found.none), "place")
        said.append(f"No {schema.spoken(measure)}, not drawn: {places} ({traffic(found.none)}).")
    if found.no_point:
        said.append(f"No coordinates known: {named(found.no_point)} ({traffic(found.no_point)}).")
    if found.unknown:
        said.append(f"No place known: {outsiders(found.unknown, binned=binned)}.")
    uncounted = sum(row["uncounted"] for row in drawn)
    if uncounted:
        said.append(f"Of {counted(uncounted, 'place')} nobody counted the {schema.spoken(measure)}.")
    return said


def outsiders(rows: Sequence[Row], *, binned: bool) -> str:
    """Return how many outside addresses some rows stand for, and what they did."""
    many = counted(sum(row["addresses"] for row in rows), "address", "addresses")
    return f"{f'up to {many} in one bin' if binned else many} ({traffic(rows)})"


def named(rows: Sequence[Row], key: str = "place") -> str:
    """Return the first five names, and how many more there are.

    >>> named([{"place": name} for name in "abcdefg"])
    'a, b, c, d, e and 2 more'
    """
    more = f" and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else ""
    return f"{', '.join(str(row[key]) for row in rows[:_NAMED])}{more}"


def cut_before(table: pd.DataFrame, places: int) -> list[str]:
    """Say that a table does not hold all places, where it says so itself."""
    groups = int(table["groups"].max()) if "groups" in table and len(table) else 0
    return [f"The table holds {places:,} of {groups:,} places."] if groups > places else []


def head(title: str, said: Sequence[str], nothing: str = "") -> str:
    """Return what stands over a map, as HTML."""
    empty = f'<p class="nsgkit-nothing">{escape(nothing)}</p>' if nothing else ""
    lines = "".join(f"<p>{escape(line)}</p>" for line in said if line)
    return f"<h1>{escape(title)}</h1>{empty}{lines}"


def figures(rows: Sequence[Row], *, binned: bool = False) -> list[tuple[str, str]]:
    """Return the figures of some places together, as pairs of texts."""
    of_bin = " in one bin" if binned else ""
    addresses, hosts = (sum(row[name] for row in rows) for name in ("addresses", "hosts"))
    ways = f"{_sum(rows, 'from_there')} from there, {_sum(rows, 'to_there')} to there"
    told = [
        ("Connections", f"{_sum(rows, 'connections')} ({ways})"),
        ("Denied attempts", _sum(rows, "denied")),
        ("Undecided", _sum(rows, "unknown") if any(row["unknown"] for row in rows) else ""),
        ("Bytes", f"{_sum(rows, 'bytes')} (to there: {_sum(rows, 'bytes_to_there')})"),
        ("Outside addresses", f"{'up to ' if binned else ''}{addresses:,}{of_bin}"),
        ("Own hosts", f"{'up to ' if binned or len(rows) > 1 else ''}{hosts:,}{of_bin}"),
        ("Seen", span(rows)),
    ]
    return [pair for pair in told if pair[1]]


def _sum(rows: Sequence[Row], name: str) -> str:
    known = [row[name] for row in rows if row[name] is not None]
    if not known:
        return "unknown"
    return f"{'at least ' if len(known) < len(rows) else ''}{short_number(sum(known))}"


def place_section(row: Row, *, binned: bool, chosen: bool) -> str:
    """Return the figures of one place as HTML; `chosen` where its name is a button of its own."""
    name = escape(row["place"])
    if chosen:
        name = f'<button type="button" data-row="{int(row["row"])}">{name}</button>'
    told = str(row["place"]).endswith(str(row["country"])) or row["country"] == schema.UNKNOWN_PLACE
    code = "" if told else f" ({escape(row['country'])})"
    pairs = [*figures([row], binned=binned), ("Addresses", row["largest"]), ("Said by", row["place_source"])]
    return f"<h2>{name}{code}</h2>{table(pairs)}"


def table(pairs: Sequence[tuple[str, object]]) -> str:
    """Return pairs of texts as an HTML table.

    >>> table([("Rows", "<b>")])
    '<table><tr><th>Rows</th><td>&#60;b&#62;</td></tr></table>'
    """
    rows = (f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in pairs)
    return f"<table>{''.join(rows)}</table>"
