"""What a timeline says: of each mark on hover, above the picture, and where there is nothing to draw."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nsgkit import schema
from nsgkit.times import MINUTE, SECOND
from nsgkit.views.findings.parts import spoken_seconds, spoken_width
from nsgkit.views.numbers import counted, short_number
from nsgkit.views.theme import StandIn, empty_chart
from nsgkit.views.timeline.beside import Gap
from nsgkit.views.timeline.local_time import UTC_ONLY
from nsgkit.views.timeline.plot import Plot, in_milliseconds

_BY = {"peer": "the other end", "port": "destination port", "host": "own host", "finding": "finding"}
_NONE = "No connection and no attempt matches here"
_WIDER = "hoose a longer span or a wider filter."


def told(drawn: pd.DataFrame, known: Mapping[str, str], zone: str = UTC_ONLY) -> pd.DataFrame:
    """Return the marks with what is said of each on hover, and when that was in the zone."""
    many = (drawn["mark"] == "density").to_numpy()
    what = [_what(*each) for each in _rows(drawn, "mark", "decision", "direction", "state", "conversations")]
    ends = drawn[["src_ip", "src_port", "dst_ip", "dst_port", "protocol"]].astype("object")
    whom = [
        "many" if is_many else _whom(row, known)
        for is_many, row in zip(many, ends.itertuples(index=False, name=None), strict=True)
    ]
    rules = drawn["rule"].astype("object")
    sizes = ["unknown" if pd.isna(size) else f"{int(size):,}" for size in drawn["bytes"]]
    return drawn.assign(
        said_lane=drawn["lane"].map(lambda lane: known.get(lane, lane)).astype("object"),
        said_what=what,
        said_when=_when(drawn, "UTC"),
        **({"said_local": _when(drawn, zone)} if zone else {}),
        said_ends=whom,
        said_bytes=sizes,
        said_rule=rules.where(rules.notna(), schema.NOT_LOGGED).mask(many, "many"),
    )


def _rows(table: pd.DataFrame, *names: str) -> Any:
    return table[[*names]].astype("object").itertuples(index=False, name=None)


def _what(mark: str, decision: Any, direction: Any, state: Any, count: int) -> str:
    decided = "undecided" if pd.isna(decision) or decision == "unknown" else decision
    denied = decided == "denied"
    noun = counted(count, "denied attempt" if denied else f"{decided} connection")
    if mark == "density":
        return noun
    way = "" if pd.isna(direction) else f", {direction}"
    known = "" if denied or pd.isna(state) else f", {state}"
    return f"{noun[2:]}{way}{known}"


def _whom(row: tuple[Any, ...], known: Mapping[str, str]) -> str:
    source, source_port, target, port, protocol = row
    names = (schema.in_words(f"{end}", known) for end in (source, target))
    first, second = (f"{name} port {number}" for name, number in zip(names, (source_port, port), strict=True))
    return f"{first} → {second}, {protocol}"


def _when(drawn: pd.DataFrame, zone: str) -> list[str]:
    """Say from when to when by the zone's clocks, and how long that is."""
    first, last = (in_milliseconds(drawn[name]) for name in ("start", "end"))
    local = (drawn[name].dt.tz_convert(zone) for name in ("start", "end"))
    begins, ends = (time.dt.strftime("%Y-%m-%d %H:%M:%S") for time in local)
    whole = drawn["begun"] & drawn["ended"] | (drawn["mark"] == "density")
    said = []
    for begin, end, lasted, known in zip(begins, ends, (last - first) / SECOND, whole, strict=True):
        until = end[11:] if end[:10] == begin[:10] else end
        least = "" if known else "at least "
        said.append(f"{begin} to {until}, {least}{spoken_seconds(lasted)}" if lasted else begin)
    return said


def heading(table: pd.DataFrame) -> str:
    """Return the title: of what, and by what."""
    of, by = (str(table.attrs.get(name, "")) for name in ("of", "by"))
    lanes = f", by {_BY[by]}" if by in _BY else ""
    return f"What happened when{': ' if of else ''}{of}{lanes}"


def subtitle(table: pd.DataFrame, gaps: list[Gap], outside: int) -> list[str]:
    """Say what is drawn how, and what is left out, of what there is."""
    marks = {*table["mark"].astype("str")}
    said = [_left_out(table)]
    if "bar" in marks:
        said.append(_bars(table))
    if "tick" in marks:
        said.append("Tick: a denied attempt, or a connection without a duration.")
    if "density" in marks:
        said.append(_columns(table))
    if gaps:
        said.append("Hatched: no logs there, so nothing can be seen.")
    if outside:
        lie = "lies" if outside == 1 else "lie"
        said.append(f"{counted(outside, 'line')} of yours {lie} outside this span.")
    return [said[0], " ".join(said[1:])]


def _left_out(table: pd.DataFrame) -> str:
    lanes, all_ = table["lane"].nunique(), int(table.attrs.get("lanes", table["lane"].nunique()))
    count = int(table["conversations"].sum())
    every = "connection or denied attempt" if count == 1 else "connections and denied attempts"
    if lanes >= all_:
        return f"{count:,} {every}, each once, in {counted(all_, 'lane')}; times in UTC."
    order = "as they were found" if table.attrs.get("by") == "finding" else "by connections or by bytes"
    rest = int(table.attrs.get("not_shown", 0))
    return (
        f"The first {lanes:,} of {all_:,} lanes, {order}: {count:,} {every}, each once. "
        f"Left out: {rest:,} in {all_ - lanes:,} lanes. Times in UTC."
    )


def _bars(table: pd.DataFrame) -> str:
    sizes = table.loc[table["mark"] == "bar", "bytes"]
    known = sizes.dropna()
    if known.empty:
        return "Bar: a connection as long as it lasted; thin, for its bytes are unknown."
    most = short_number(float(known.max()))
    hair = "thinnest: unknown, " if len(known) < len(sizes) else ""
    return f"Bar: a connection as long as it lasted, the thicker the more bytes ({hair}thickest: {most})."


def _columns(table: pd.DataFrame) -> str:
    columns = table[table["mark"] == "density"]
    most = int(columns.groupby(["rank", "start"])["conversations"].sum().max())
    width = spoken_width(int(table.attrs.get("bin", MINUTE)))
    return (
        f"Column: how many began per {width}, where there are too many for bars; the tallest {most:,}, by "
        "powers of ten."
    )


def nothing_there(table: pd.DataFrame, gaps: list[Gap] | None, plot: Plot | None) -> StandIn:
    """Return what stands in place of the picture, and tells "nothing matches" from "there are no logs"."""
    if plot is None or gaps is None:
        return empty_chart(f"{_NONE}.", f"Look at the coverage first: were there logs at all? Then c{_WIDER}")
    without = sum(gap.end - gap.start for gap in gaps)
    if without >= plot.end - plot.start:
        words = ", ".join(dict.fromkeys(gap.words for gap in gaps))
        return empty_chart(
            f"Nothing can be seen here: {words} in all of this span.",
            "That is no proof that nothing happened. Choose another span.",
        )
    if without:
        part = spoken_seconds(without / SECOND)
        return empty_chart(
            f"{_NONE}; for {part} of this span logs are missing.",
            f"Nothing can be said of that part. For the rest, c{_WIDER}",
        )
    return empty_chart(f"{_NONE}, and no gap in the logs is known in this span.", f"C{_WIDER}")
