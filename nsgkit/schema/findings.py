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
BRUTE_FORCE = _findings(
    Column("guesses", "int64", "Guesses", "Connections of at most 30 packets of the source, or of unknown "
           "size.", "connections"),
    Column("most_in_window", "int64", "Most in a window", "The most of them within one window.",
           "connections"),
    Column("mean_packets", "float64", "Packets a guess", "The source's, on average in the densest window; "
           "null without counters.", "packets", nullable=True),
    Column("median_bytes", "float64", "Bytes a guess", "Both ways, their median in the densest window.",
           "bytes", nullable=True),
    Column("spread", "float64", "Spread", "How far the source's bytes lie from their median: the median "
           "deviation as part of it. 0 is all alike.", nullable=True),
    Column("usual", "float64", "Usual", "The median number of guesses in the other windows in which it "
           "called; null where there is none.", "connections", nullable=True),
    Column("pace", TEXT, "Pace", "burst: more than usual, or too little else to tell. steady: at most 3 "
           "times the usual of 6 or more other windows, or of 3 or more other days.",
           **closed("burst", "steady")),
    Column("uncounted", "int64", "Uncounted", "Guesses without counters: their size is unknown.",
           "connections"),
    Column("success", "boolean", "Success", "True where a long and large connection came after the guesses; "
           "null where no counter tells.", nullable=True),
    Column("success_at", TIME, "Success at (UTC)", "When that connection was first seen.", "UTC",
           nullable=True),
    Column("success_bytes", "Int64", "Success: bytes", "What it carried, both ways.", "bytes", nullable=True),
    Column("success_duration", "float64", "Success: duration", "How long it lasted, at least.", "seconds",
           nullable=True),
)
ALLOWED_AFTER_DENIED = _findings(
    Column("protocol", "str", "Protocol", "The protocol; null where another may be meant too.",
           nullable=True, filter_word="protocol"),
    Column("denied", "int64", "Denied before", "Denials in the 24 hours before it was let in.",
           "denied attempts"),
    Column("first_denied", TIME, "First denied (UTC)", "The first of these denials.", "UTC"),
    Column("last_denied", TIME, "Last denied (UTC)", "The last of these denials.", "UTC"),
    Column("allowed_at", TIME, "Let in at (UTC)", "The first connection after so many denials.", "UTC"),
    Column("allowed", "int64", "Allowed since", "Connections from then on.", "connections"),
    Column("allowed_before", "int64", "Allowed before", "Connections before that.", "connections"),
    Column("denied_by", "str", "Denied by", "The rule of the last denial.", nullable=True),
    Column("allowed_by", "str", "Allowed by", "The rule that let it in.", nullable=True),
    Column("rule_changed", TEXT, "Rule changed", "new: that rule had let nobody in there before the last "
           "denial. known: it had let others in before. elsewhere: another ACL or direction counts the "
           "connection than denied, so the logs cannot tell.", **closed("new", "known", "elsewhere")),
)
EXPOSED_PORTS = _findings(
    Column("sources", "int64", "Sources", "Distinct addresses outside that were let in.", "addresses"),
    Column("bytes_in", "Int64", "Bytes in", "What they sent; null where no counter is known.", "bytes",
           nullable=True),
    Column("bytes_back", "Int64", "Bytes back", "What came back; null where no counter is known.", "bytes",
           nullable=True),
    Column("rule", "str", "Rule", "The rule that let most of them in.", nullable=True, filter_word="rule"),
    Column("rules", "int64", "Rules", "How many rules let some in.", "rules"),
    *BY_OUTCOME,
)
# -- volumes ---------------------------------------------------------------------------------------------
LARGE_TRANSFERS = _findings(
    Column("day", TIME, "Day (UTC)", "The day on which its connections were first seen.", "UTC"),
    Column("bytes_out", "int64", "Bytes out", "What the source sent on that day.", "bytes"),
    Column("bytes_in", "Int64", "Bytes in", "What came back; null where no counter is known.", "bytes",
           nullable=True),
    Column("ratio", "float64", "Out / in", "Bytes out over bytes in (over 1 where nothing came in)."),
    Column("largest_hour", "int64", "Largest hour", "Bytes out in the largest hour of the day.", "bytes"),
    Column("z", "float64", "Robust z", ".6745 (x - median) / MAD, x = log1p(bytes out of the largest hour)."),
    Column("median", "float64", "Baseline: median", "Bytes out in the median hour of a pair, over all pairs "
           "of an inside source and an outside destination.", "bytes"),
    Column("mad", "float64", "Baseline: MAD", "The median deviation of log1p(bytes out), at least .25."),
    Column("hours", "int64", "Baseline: hours", "How many hours of pairs that baseline has.", "hours"),
    Column("usual_day", "float64", "Own usual day", "The median of the pair's other days; null where it has "
           "none.", "bytes", nullable=True),
    Column("connections", "int64", "Connections", "Those of that day, orphans too.", "connections"),
    Column("uncounted_share", "float64", "Uncounted", "The part of them without counters."),
)
DNS_VOLUME = _findings(
    Column("crossed", "str", "Crossed", "The lines that were crossed: bytes (a minute), queries (a minute), "
           "size (bytes a query)."),
    Column("most_bytes", "Int64", "Most bytes a minute", "Bytes out in its busiest minute; null without "
           "counters.", "bytes", nullable=True),
    Column("most_queries", "int64", "Most queries a minute", "In its busiest minute: packets of the "
           "source over UDP, else connections.", "queries"),
    Column("mean_size", "float64", "Bytes a query", "Over UDP, bytes out over packets; null under 100.",
           "bytes", nullable=True),
    Column("bytes_out", "Int64", "Bytes out", "All of them; null without counters.", "bytes", nullable=True),
    Column("queries", "int64", "Queries", "All of them.", "queries"),
    Column("connections", "int64", "Connections", "Those that it made, orphans too.", "connections"),
    Column("uncounted", "int64", "Uncounted", "Connections without counters.", "connections"),
)
SUDDEN_RISES = _findings(
    Column("measure", TEXT, "Measure", "connections: allowed, with their begin. denied: denied attempts.",
           **closed("connections", "denied")),
    Column("hour", TIME, "Hour (UTC)", "The hour of the highest z on that day.", "UTC"),
    Column("seen", "int64", "Seen", "How many there were in that hour.", "attempts"),
    Column("expected", "float64", "Expected", "The median of the hours that it was compared with.",
           "attempts"),
    Column("z", "float64", "Robust z", ".6745 (seen - expected) / MAD, the MAD at least the square root of "
           "what was expected, and 1."),
    Column("hours", "int64", "Hours", "How many hours of that day lie beyond the line.", "hours"),
)
# -- edges -----------------------------------------------------------------------------------------------
# -- triage ----------------------------------------------------------------------------------------------
# -- together --------------------------------------------------------------------------------------------
# fmt: on
