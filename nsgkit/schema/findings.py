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
PURPOSES = ("own misconfiguration", "targeted", "retry storm", "sweep", "one probe", "leftover")
DENIED_TRIAGE = _findings(
    Column("purpose", TEXT, "Purpose", "What the attempts look like; the docstring has the rule of each.",
           **closed(*PURPOSES)),
    Column("from_inside", "bool", "From inside", "Whether the source lies in an own network."),
    Column("attempts", "int64", "Denied attempts", "Denied attempts, each once.", "attempts"),
    Column("targets", "int64", "Targets", "Distinct addresses that it tried.", "addresses"),
    Column("ports", "int64", "Ports", "Distinct destination ports that it tried.", "ports"),
    Column("rule", "str", "Denied by", "The rule that denied most of them; null where none is logged.",
           nullable=True),
    Column("rate", "float64", "Rate", "Attempts an hour from the first to the last; of less than an hour, "
           "all of them.", "per hour"),
    Column("spread", "float64", "Spread", "Clock hours with an attempt ÷ clock hours from the first to the "
           "last, both included."),
    Column("ever_allowed", "bool", "Ever allowed", "Whether the same source was allowed anything, anywhere."),
    Column("allowed_first", TIME, "First allowed (UTC)", "When it was first allowed at that place.", "UTC",
           nullable=True),
    Column("allowed_last", TIME, "Last allowed (UTC)", "When it was last allowed at that place.", "UTC",
           nullable=True),
    Column("allowed_to", "str", "Allowed to", "Address and port: where it was denied as well, if there is "
           "such a place; else where it was allowed most often.", nullable=True),
    Column("changed", "str", "What changed", "The rule of the first denial at that place, and of the first "
           "allowance after it, or else before it, in the order of time; null where it was never both.",
           nullable=True),
    Column("later", "bool", "Allowed later", "Whether it was allowed at such a place after it was denied."),
    Column("noise", "bool", "Internet noise", "An outside source that was never allowed anything, and made "
           "one probe or a sweep."),
)
# -- verdicts: what an analyst decided, and about which finding --------------------------------------------
VERDICT: tuple[Column, ...] = (
    Column("verdict", TEXT, "Verdict", "What was decided about it; null where nothing was.", nullable=True,
           **closed("benign", "suspicious", "unknown")),
    Column("note", "str", "Note", "Why, in the words of whoever decided.", nullable=True),
    Column("decided", TIME, "Decided (UTC)", "When.", "UTC", nullable=True),
    Column("author", "str", "Decided by", "Who; null where nobody was named.", nullable=True),
)
VERDICTS: tuple[Column, ...] = (
    *FINDING[:4],
    Column("purpose", "str", "Purpose", "That of a denied attempt; null for other findings.", nullable=True),
    *VERDICT,
)
# -- together --------------------------------------------------------------------------------------------
# fmt: on
