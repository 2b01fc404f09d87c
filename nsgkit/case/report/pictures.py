"""The pictures of the report: the timeline, which it draws itself, and those that were kept."""

import base64

from nsgkit.case.folder import kept_bytes
from nsgkit.case.report.lanes import MOST, Lane, lanes
from nsgkit.case.report.limits import hatched
from nsgkit.case.report.markup import Element, Inside, moment, table, tag
from nsgkit.case.report.picture import legend, timeline
from nsgkit.case.report.reading import Reading
from nsgkit.case.report.summary import NOTHING
from nsgkit.case.report.words import spoken
from nsgkit.detections.form import many

_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
_NAME = "hatch"


def timelines(reading: Reading) -> list[Inside]:
    """Return the timeline of all that is cited, and its figures as a table."""
    found = lanes(reading)
    if not found:
        return [tag("p", f"{NOTHING} There is no picture, because nothing is cited.")]
    folded = sum(row.folded for row in reading.rows())
    said = "Every connection and attempt that is cited, each once, by who called whom. "
    if folded:
        said += f"{many(folded, 'more view')} of connections, logged at their other end, "
        said += f"{'is' if folded == 1 else 'are'} not drawn again. "
    said += "Marks that fall on the same place are drawn once; the table has the counts."
    if len(found) > MOST:
        said += f" The first {MOST} of {len(found):,} lanes are drawn; the table has all."
    picture = tag("figure", timeline(found, hatched(reading), _NAME), legend(_NAME))
    return [tag("p", said), picture, _as_table(found)]


def kept_pictures(reading: Reading) -> list[Inside]:
    """Return the pictures that the analyst kept, as images, in which no script runs."""
    made: list[Inside] = []
    for event in reading.of("picture"):
        words = f"Line {event['n']}, kept by {event['author']}, {spoken(event['at'])} UTC: {event['told']}"
        made.append(tag("figure", _image(reading, event["file"], event["told"]), tag("figcaption", words)))
    return made or [tag("p", f"{NOTHING} No picture was kept.")]


def _image(reading: Reading, file: dict[str, str], words: str) -> Element:
    kind = _TYPES.get(file["ending"])
    if kind is None:
        return tag("p", "This file is no picture.")
    data = base64.b64encode(kept_bytes(reading.folder, file)).decode()
    return tag("img", alt=words, src=f"data:{kind};base64,{data}")


def _as_table(found: list[Lane]) -> Element:
    heads = ["From", "To", "Port", "First (UTC)", "Last (UTC)", "Allowed", "Denied", "Undecided",
             "Single rows",
             "Bytes there", "Bytes back"]  # fmt: skip
    rows: list[list[Inside]] = [
        [lane.source, lane.target, lane.ports, moment(spoken(lane.first)), moment(spoken(lane.last)),
         *(f"{count:,}" for count in lane.counts().values()),
         *(_bytes(lane.carried(way)) for way in ("src_to_dst", "dst_to_src"))]
        for lane in found
    ]  # fmt: skip
    return table(heads, rows, numbers=range(5, 11), class_="lanes")


def _bytes(known: int | None) -> str:
    return "unknown" if known is None else f"{known:,}"
