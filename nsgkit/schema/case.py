"""The tables of a case: what was written into it, and the tuples that it cites."""

from nsgkit.schema.columns import TEXT, TIME, Column, closed
from nsgkit.schema.tables import PLACE, column

CASE_KINDS = ("opened", "evidence", "network", "star", "note", "finding", "verdict", "picture")

# fmt: off
# One row for each line of a case that an analyst, or the case itself, wrote.
CASE_EVENTS: tuple[Column, ...] = (
    Column("number", "int64", "Number", "Which line of the case it is, from 0."),
    Column("event", TEXT, "Event", "What was written: a star, a note, a finding, a verdict, a picture; or "
           "that the case was opened, which evidence and which files about the network it rests on.",
           **closed(*CASE_KINDS)),
    Column("first", TIME, "First seen (UTC)", "When what it is about began; null where it is about no time.",
           "UTC", nullable=True),
    Column("last", TIME, "Last seen (UTC)", "When that was last seen.", "UTC", nullable=True),
    Column("told", "str", "What", "What it is about, in a sentence."),
    Column("why", "str", "Why", "The analyst's own words; empty where there are none."),
    Column("tags", "str", "Tags", "The analyst's own, with commas between them; empty where there are none."),
    Column("author", "str", "Author", "Who wrote it."),
    Column("written", TIME, "Written (UTC)", "When it was written.", "UTC"),
    Column("cited", "int64", "Cited tuples", "How many raw tuples it cites.", "tuples"),
    Column("query", "str", "Query", "The call that made what it is about; empty where none was given."),
    Column("sha256", "str", "SHA-256 of the line", "The line's hash: the next line is bound to it."),
)
# One row for each raw tuple that a line of a case cites.
CITED: tuple[Column, ...] = (
    Column("number", "int64", "Number", "Which line of the case cites it."),
    column("time"),
    Column("raw", "str", "Raw tuple", "The tuple as it stands in the blob."),
    *(column(name) for name in PLACE),
    Column("blob_sha256", "str", "SHA-256 of the blob", "Of the blob's stored bytes."),
)
