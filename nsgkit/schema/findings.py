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
# -- access ----------------------------------------------------------------------------------------------
# -- volumes ---------------------------------------------------------------------------------------------
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
    Column("changed", "str", "What changed", "The rules of the denial and of the allowance at the same "
           "address and port, in the order of time; null where it was never both.", nullable=True),
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
