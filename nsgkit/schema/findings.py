"""The tables of findings: how each begins and ends, and the figures that make each detection's score."""

from nsgkit.schema.columns import TEXT, TIME, Column, Table, closed

# fmt: off
FINDING: tuple[Column, ...] = (
    Column("kind", "str", "Finding", "Which detection found it."),
    Column("src_ip", "str", "Source address", "The initiator; null where many are meant.", nullable=True,
           filter_word="src"),
    Column("dst_ip", "str", "Destination address", "The address that was called; null where many are meant.",
           nullable=True, filter_word="dst"),
    Column("dst_port", "Int64", "Destination port", "The port that was called; null where many are meant.",
           nullable=True, filter_word="dst_port"),
    Column("first", TIME, "First seen (UTC)", "The first row of what proves it.", "UTC"),
    Column("last", TIME, "Last seen (UTC)", "The last row of what proves it.", "UTC"),
    Column("score", "float64", "Score", "From 0 to 1: how far beyond its line it is; the docstring has the "
           "formula."),
)
PROOF = Column("rows", "object", "Rows", "What proves it: (blob, record, tuple) of the first row of each "
               "conversation, in time order. `FlowLogs.raw` shows the line, `detections.proof` the "
               "conversations.")
# How an attempt ended: what `outcome` says, and the columns that count each apart.
OUTCOMES = ("denied", "unanswered", "refused", "answered", "unknown")
_COUNTED = {
    "denied": "Denied attempts.",
    "unanswered": "Allowed, and counters say that no packet came back.",
    "refused": "Allowed, and at most 2 packets of at most 44 bytes came back: a reset.",
    "answered": "Allowed, and more came back than a refusal.",
    "unknown": "Allowed, and no counter says whether anything came back.",
}
BY_OUTCOME = tuple(Column(name, "int64", name.capitalize(), _COUNTED[name], "attempts") for name in OUTCOMES)


def _findings(*figures: Column) -> Table:
    """Return a detection's table: what every finding begins with, its figures, and what proves it."""
    return (*FINDING, *figures, PROOF)


# -- scans -----------------------------------------------------------------------------------------------
HORIZONTAL_SCANS = _findings(
    Column("targets", "int64", "Targets", "Distinct addresses at which it failed.", "addresses"),
    Column("most_in_window", "int64", "Most in minutes", "The most of them within one window.", "addresses"),
    Column("most_in_day", "int64", "Most in a day", "The most of them within 24 hours.", "addresses"),
    Column("pace", TEXT, "Pace", "minutes: enough within one window. day: enough only within 24 hours.",
           **closed("minutes", "day")),
    *BY_OUTCOME,
)
# -- beacons ---------------------------------------------------------------------------------------------
# -- access ----------------------------------------------------------------------------------------------
# -- volumes ---------------------------------------------------------------------------------------------
# -- edges -----------------------------------------------------------------------------------------------
# -- triage ----------------------------------------------------------------------------------------------
# -- together --------------------------------------------------------------------------------------------
KNOWN = Column("known", "str", "Known", "Why, says who and until when, where the allow-list names it; null "
               "where it does not.", nullable=True)
FINDINGS = _findings(
    Column("rank", "float64", "Rank", "From 0 to 1: the score, by how bad its kind is; see the docstring."),
    Column("incident", "int64", "Incident", "The incident that it belongs to, from 1, the worst; 0 where it "
           "is known."),
    KNOWN,
    Column("told", "str", "What was seen", "One sentence with its figures."),
    Column("figures", "object", "Figures", "What the score was made of: name and value of each figure that "
           "its kind has."),
)
INCIDENTS: Table = (
    Column("incident", "int64", "Incident", "Its number: 1 is the worst."),
    Column("rank", "float64", "Rank", "From 0 to 1: 1 less the product of what each of its kinds leaves, "
           "1 - (1 - a)(1 - b)…, by the highest rank of each kind."),
    Column("first", TIME, "First seen (UTC)", "The first of its findings.", "UTC"),
    Column("last", TIME, "Last seen (UTC)", "The last of them.", "UTC"),
    Column("findings", "int64", "Findings", "How many.", "findings"),
    Column("kinds", "str", "Kinds", "Of which kinds, the worst first."),
    Column("hosts", "str", "Hosts", "The addresses that they name, the most often named first; null where "
           "none is named.", nullable=True),
    Column("story", "object", "Story", "Each finding's sentence, in time order, with its time in UTC."),
)
# fmt: on
