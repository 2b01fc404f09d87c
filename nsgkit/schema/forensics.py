"""The tables of an investigation: the events of a timeline, and whom addresses dealt with."""

from dataclasses import replace

from nsgkit.schema.columns import TEXT, TIME, Column, closed
from nsgkit.schema.tables import COUNTERS, PEERS, PLACE, RANKED, TRAFFIC, column

# What can happen, in the order in which events of the same time stand.
EVENTS = (
    "no logs", "silence", "logging stopped", "first seen", "rule change", "denied attempt", "connection",
    "undecided", "finding", "last seen", "others",
)  # fmt: skip
# The events that are conversations: their counts add up to all of them.
COUNTED_EVENTS = ("denied attempt", "connection", "undecided", "others")

# fmt: off
TIMELINE: tuple[Column, ...] = (
    Column("event", TEXT, "Event", "What it is. first seen and last seen are of what was asked for; no logs, "
           "silence and logging stopped are of the NICs that saw it; others are the conversations that are "
           "not told one by one.", **closed(*EVENTS)),
    Column("first", TIME, "First seen (UTC)", "When it began; of conversations their first row.", "UTC"),
    Column("last", TIME, "Last seen (UTC)", "When it ended, as far as the logs tell; of conversations their "
           "last row.", "UTC"),
    Column("count", "Int64", "Conversations", "How many conversations it is; null where it is none of its "
           "own.", "conversations", nullable=True),
    Column("about", "str", "About", "What was first or last seen; the kind of a finding; the logged resource "
           "of what is missing; null for the rest.", nullable=True),
    replace(column("src_ip"), dtype="str", nullable=True),
    Column("src_port", "Int64", "Source port", "The initiator's port; null where there are several.",
           nullable=True, filter_word="src_port"),
    replace(column("dst_ip"), dtype="str", nullable=True),
    Column("dst_port", "Int64", "Destination port", "The port that was called: the service.", nullable=True,
           filter_word="dst_port"),
    *(replace(column(name), nullable=True) for name in ("protocol", "direction", "decision")),
    Column("state", TEXT, "State", "As of conversations; null where there are several.", nullable=True,
           **closed("closed", "open", "orphan", "denied"), filter_word="state"),
    replace(column("rule"), dtype="str"),
    Column("rule_before", "str", "Rule before", "Of a rule change: the rule that decided before.",
           nullable=True),
    *(replace(column(name), meaning="The sum of what is known; null where nothing is.") for name in COUNTERS),
    replace(column("mac"), dtype="str"),
    Column("told", "str", "What happened", "One plain sentence."),
    Column("blob", "str", "Blob", "The blob of its first row; null where it has none.", nullable=True),
    *(Column(name, "Int32", name.capitalize(), f"The {name} of that row.", nullable=True)
      for name in PLACE[1:]),
)
NEIGHBOURS: tuple[Column, ...] = (
    Column("hop", "int64", "Hop", "1: dealt with what was asked for. 2: dealt with a neighbour of hop 1.",
           "hops"),
    Column("address", "str", "Address", "The neighbour.", filter_word="ip"),
    Column("via", "str", "Via", "Whom it dealt with: what was asked for, or a neighbour of hop 1.",
           filter_word="ip"),
    Column("first", TIME, "First seen (UTC)", "When the two first dealt with each other.", "UTC"),
    Column("last", TIME, "Last seen (UTC)", "When they last did.", "UTC"),
    Column("first_contact", TEXT, "First contact", "called: the neighbour called. was called: it was called. "
           "In brackets: that first attempt was denied, or nobody knows.",
           **closed("called", "was called", "called (denied)", "was called (denied)", "called (undecided)",
                    "was called (undecided)")),
    *(column(name, TRAFFIC) for name in ("connections", "denied", "unknown", "orphans")),
    Column("called", "int64", "Called", "Those conversations in which the neighbour called.",
           "conversations"),
    Column("was_called", "int64", "Was called", "Those in which it was called.", "conversations"),
    Column("bytes_sent", "Int64", "Bytes sent", "By the neighbour, whoever called; null where no counter is "
           "known.", "bytes", nullable=True),
    Column("bytes_received", "Int64", "Bytes received", "By the neighbour; null where no counter is known.",
           "bytes", nullable=True),
    Column("ports", "str", "Ports", "Up to five of the destination ports, those most used first, with how "
           "many conversations."),
    Column("inside", "boolean", "Inside", "Whether it lies in an own network; null where the text is no "
           "address.", nullable=True),
    replace(PEERS, meaning="Distinct addresses with which the neighbour had a connection, in all of the "
            "logs' conversations, unanswered ones left out: of a hub there are many."),
    Column("expanded", TEXT, "Followed", "Whether its neighbours are told at hop 2. no: that was not asked. "
           "hub: it has too many peers. platform: it is Azure's own, which everybody calls.",
           **closed("yes", "no", "hub", "platform")),
    replace(column("groups", RANKED), meaning="How many such rows its hop has, those left out included."),
)
# fmt: on
