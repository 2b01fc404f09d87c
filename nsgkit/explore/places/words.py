"""What the places explorer says of what it shows."""

import pandas as pd

from nsgkit.explore.places.question import ALL, GROUPS, Placed, Question
from nsgkit.explore.workbench.held import distinct
from nsgkit.schema import INSIDE_ONLY, UNKNOWN_PLACE, label
from nsgkit.times import bin_width

_COLUMNS = (
    "connections", "denied", "bytes", "addresses", "hosts", "from_there", "to_there", "bytes_to_there",
    "first", "last", "largest", "place_source",
)  # fmt: skip
_SOURCES = 6  # that are named


def summary(asked: Question, time: str, counted: int, whole: int) -> str:
    """Say how much is chosen, of how many, and by what."""
    of = f" of {whole:,}" if counted < whole else ""
    filtered = f" Filter: {asked.all_terms}." if asked.all_terms else ""
    flagged = " Only what a threat feed names." if asked.flagged else ""
    picked = "".join(
        f" {label(pick.by)}: {pick.value}, chosen in the {pick.chosen_in}." for pick in asked.picks
    )
    when = "" if asked.bin == ALL else f" Time: {time}."
    return f"{counted:,}{of} conversations, denied attempts included.{filtered}{flagged}{picked}{when}"


def of_bin(placed: Placed, asked: Question) -> str:
    """Say which time is shown.

    >>> of_bin(Placed(pd.DataFrame()), Question())
    'All the time'
    """
    if asked.bin == ALL:
        return "All the time"
    start = placed.bins(asked)[asked.bin]
    end = start + pd.Timedelta(bin_width(placed.settled(asked).freq), unit="ms")
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%a %d %b %H:%M}"
    return f"{start:%a %d %b %H:%M} to {until} UTC"


def of_places(chosen: object, table: pd.DataFrame) -> list[str]:
    """Say how many addresses have no known place, what was inside only, and who says where they are."""
    ends = distinct(chosen, ["outside_ip", "outside_place", "outside_source"]).dropna(subset="outside_ip")
    if ends.empty:
        return ["No address outside the own networks is in these conversations."]
    unknown = int((ends["outside_place"] == UNKNOWN_PLACE).sum())
    has = "has" if unknown == 1 else "have"
    lost = f"{unknown:,} of {len(ends):,} outside addresses {has} no known place"
    lost += ", and no bubble on the map." if unknown else "."
    inside = table.attrs.get(INSIDE_ONLY, {}).get("connections") or 0
    stayed = [f"{inside:,} connections stayed inside, at no place."] if inside else []
    return [lost, *stayed, f"Who says where they are, and of how many: {_sources(ends['outside_source'])}."]


def _sources(values: "pd.Series[str]") -> str:
    counts = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    named = "; ".join(f"{source} ({number:,})" for source, number in counts.head(_SOURCES).items())
    return named + (f"; and {len(counts) - _SOURCES:,} more" if len(counts) > _SOURCES else "")


def shown_columns(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the columns of a table of places that are shown: what names the group, and its figures."""
    names = dict.fromkeys([by, *(["country"] if by == "place" else ["place"])])
    return table[[*(name for name in names if name in table), *_COLUMNS]]


def caption(table: pd.DataFrame, asked: Question) -> str:
    """Say what the rows of the table are."""
    words = next(words for words, name in GROUPS.items() if name == asked.by)
    plural = f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"
    return f"{len(table):,} {words if len(table) == 1 else plural}, the most first. Click a row to choose it."


def nothing_chosen(asked: Question) -> tuple[str, str]:
    """Say why there is no picture, and what to do."""
    return "No conversation is chosen.", "Take a chip away, or press Clear."
