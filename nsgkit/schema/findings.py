"""The tables of findings: how each begins and ends, and the figures that make each detection's score."""

from dataclasses import replace

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
VERTICAL_SCANS = _findings(
    Column("ports", "int64", "Ports", "Distinct ports of the address at which it failed.", "ports"),
    Column("most_in_window", "int64", "Most in minutes", "The most of them within one window.", "ports"),
    Column("most_in_day", "int64", "Most in a day", "The most of them within 24 hours.", "ports"),
    Column("pace", TEXT, "Pace", "minutes: enough within one window. day: enough only within 24 hours.",
           **closed("minutes", "day")),
    *BY_OUTCOME,
)
BLOCK_SCANS = _findings(
    Column("targets", "int64", "Targets", "Distinct addresses at which it failed within the hour.",
           "addresses"),
    Column("ports", "int64", "Ports", "Distinct ports at which it failed within the hour.", "ports"),
    Column("pairs", "int64", "Pairs", "Distinct pairs of an address and a port at which it failed within the "
           "hour.", "pairs"),
    Column("density", "float64", "Density", "Pairs divided by targets times ports: 1 where every port was "
           "tried at every address."),
    *BY_OUTCOME,
)
SEQUENTIAL_SCANNERS = _findings(
    Column("contacts", "int64", "Contacts", "First contacts that the test counted until it decided.",
           "addresses"),
    Column("failures", "int64", "Failures", "Those of them that failed.", "addresses"),
    Column("successes", "int64", "Successes", "Those of them that were answered.", "addresses"),
    Column("log_likelihood", "float64", "Sum", "The natural logarithm of the likelihood ratio when it "
           "decided."),
    Column("line", "float64", "Line", "The sum at which the test decides for a scanner."),
    Column("decided", TIME, "Decided (UTC)", "The first contact with which the sum crossed the line.",
           "UTC"),
    Column("highest", "float64", "Highest sum", "The highest sum where the same test is carried on after its "
           "decision."),
    *BY_OUTCOME,
)
# -- beacons ---------------------------------------------------------------------------------------------
_ENDED = Column("outcome", TEXT, "Outcome", "How all of these calls ended; calls that ended otherwise are "
                "another finding.", **closed(*OUTCOMES))
_PREVALENCE = Column("prevalence", "float64", "Prevalence", "Inside hosts that talk to the destination, as a "
                     "share of the active inside hosts.", "share")
_FIRST_SEEN = Column("first_seen", TIME, "First contact (UTC)", "When anyone inside first called the "
                     "destination in these logs.", "UTC")
BEACONS = _findings(
    _ENDED,
    Column("window", TIME, "Window (UTC)", "Where the 24 hours begin that these figures are of, the "
           "steadiest.", "UTC"),
    Column("windows", "int64", "Windows", "How many windows of 24 hours reach the line.", "windows"),
    Column("times", "int64", "Times", "Calls in the window.", "calls"),
    Column("interval", "float64", "Interval", "The median time between calls.", "seconds"),
    Column("size", "Float64", "Size", "The median bytes that the source sent in a call; null where fewer "
           "than 3 are known.", "bytes", nullable=True),
    Column("sized", "int64", "Known sizes", "Calls whose bytes are known.", "calls"),
    Column("ts_score", "float64", "Score of intervals", "How alike the times between calls are: RITA's ts.",
           "share"),
    Column("size_score", "Float64", "Score of sizes", "How alike the bytes are: RITA's ds. Null where fewer "
           "than 3 are known; steadiness is the mean of the others then.", "share", nullable=True),
    Column("hist_score", "float64", "Score of hours", "How evenly the calls lie over the hours: RITA's hist.",
           "share"),
    Column("dur_score", "float64", "Score of duration", "How much of the window they fill: RITA's dur.",
           "share"),
    Column("steadiness", "float64", "Steadiness", "The mean of these: RITA's beacon score.", "share"),
    Column("periodicity", "float64", "Periodicity", "Times between calls within 10 % of their median.",
           "share"),
    Column("autocorrelation", "Float64", "Autocorrelation", "Of the calls a minute, at its best lag; null "
           "where every minute has as many.", nullable=True),
    Column("lag", "Int64", "Lag", "That lag.", "minutes", nullable=True),
    _PREVALENCE,
    _FIRST_SEEN,
)
BURSTS = _findings(
    _ENDED,
    Column("bursts", "int64", "Bursts", "How many bursts of this pair there are; the figures are of the one "
           "with the most calls.", "bursts"),
    Column("times", "int64", "Times", "Calls in the burst.", "calls"),
    Column("lasting", "int64", "Lasting", "From its first call to its last.", "seconds"),
    Column("interval", "float64", "Interval", "The median time between calls.", "seconds"),
    Column("regular", "float64", "Alike in time", "Times between calls near their median.", "share"),
    Column("size", "Float64", "Size", "The median bytes that the source sent in a call; null where unknown.",
           "bytes", nullable=True),
    Column("alike", "Float64", "Alike in size", "Calls whose known bytes lie near their median; null where "
           "unknown.", "share", nullable=True),
)
STROBES = _findings(
    Column("window", TIME, "Window (UTC)", "Where the 24 hours begin: those with the most attempts.", "UTC"),
    Column("windows", "int64", "Windows", "How many windows of 24 hours reach the line.", "windows"),
    Column("times", "int64", "Times", "Attempts in the window.", "attempts"),
    *BY_OUTCOME,
)
LONG_CONNECTIONS = _findings(
    Column("window", TIME, "Window (UTC)", "Where the 24 hours begin in which these connections do, those "
           "with the longest total.", "UTC"),
    Column("windows", "int64", "Windows", "How many windows of 24 hours reach the line.", "windows"),
    Column("tier", TEXT, "Tier", "At least so many hours in total.", "hours",
           **closed("1 h", "4 h", "8 h", "12 h")),
    Column("total", "float64", "Total", "What all connections of the pair that began in the window last, one "
           "after the other or at once.", "seconds"),
    Column("longest", "float64", "Longest", "The longest of them.", "seconds"),
    Column("connections", "int64", "Connections", "How many they are.", "connections"),
    Column("unfinished", "int64", "Unfinished", "Those whose begin or end is not in the logs: they last at "
           "least so long, and so does the total.", "connections"),
    replace(_PREVALENCE, dtype="Float64", nullable=True,
            meaning=_PREVALENCE.meaning[:-1] + "; null where the connections come from outside."),
)
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
_BASELINE = Column("baseline_hours", "float64", "Baseline", "How long before the baseline's end the NIC that "
                   "logged it was first seen; under 24 it is weak.", "hours")
_NEW_SIZES = (
    Column("connections", "int64", "Connections", "Allowed since the baseline's end, and answered or not "
           "known to be unanswered.", "connections"),
    Column("bytes_src_to_dst", "Int64", "Bytes sent", "What the source sent over them; null where no counter "
           "is known.", "bytes", nullable=True),
    Column("bytes_dst_to_src", "Int64", "Bytes back", "What came back over them; null where no counter is "
           "known.", "bytes", nullable=True),
)
NEW_EDGES = _findings(
    *_NEW_SIZES,
    Column("source_before", "int64", "Source before", "Addresses that the source reached at this port in the "
           "baseline.", "addresses"),
    Column("target_before", "int64", "Target before", "Inside addresses that reached this port of the "
           "destination in the baseline.", "addresses"),
    _BASELINE,
    *BY_OUTCOME,
)
FIRST_SEEN_PEERS = _findings(
    Column("hosts", "int64", "Inside hosts", "Inside addresses that reached it.", "addresses"),
    Column("active_hosts", "int64", "Active hosts", "Inside addresses with an allowed connection.",
           "addresses"),
    Column("prevalence", "float64", "Prevalence", "Inside hosts that reached it, divided by active hosts."),
    *_NEW_SIZES,
    _BASELINE,
    *BY_OUTCOME,
)
RARE_PLACES = _findings(
    Column("place", "str", "Place", "The country, or the network operator."),
    Column("place_source", "str", "Said by", "Which sources say so, and of which date they are."),
    Column("addresses", "int64", "Outside addresses", "Distinct addresses there that were reached.",
           "addresses"),
    Column("hosts", "int64", "Inside hosts", "Inside addresses that reached one of them.", "addresses"),
    Column("connections", "int64", "Connections", "Allowed from inside to there, and answered or not known "
           "to be unanswered.", "connections"),
    Column("of_all", "int64", "Of all", "The same to everywhere outside.", "connections"),
    Column("share", "float64", "Share", "Connections to there as part of those to everywhere outside."),
    Column("bytes_src_to_dst", "Int64", "Bytes sent", "What inside hosts sent over them; null where no "
           "counter is known.", "bytes", nullable=True),
    Column("bytes_dst_to_src", "Int64", "Bytes back", "What came back over them; null where no counter is "
           "known.", "bytes", nullable=True),
    *BY_OUTCOME,
)
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
    Column("scanner", "str", "Known scanner", "Who publishes to scan from the source's address; null where "
           "nobody does. It does not say that it is harmless.", nullable=True),
    Column("ever_allowed", "bool", "Ever allowed", "Whether the same source was allowed anything, anywhere."),
    Column("let_in", "bool", "Let in", "Whether it was allowed at a door that is not public: that "
           "fewer outside sources reached than the argument `public` says."),
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
    Column("noise", "bool", "Internet noise", "An outside source that was let in at public doors at most, "
           "and made one probe or a sweep."),
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
