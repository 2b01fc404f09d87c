"""The incident, stated fact by fact, so that anybody can find each again in the logs."""

from nsgkit.sample.clock import END, HOUR
from nsgkit.sample.facts import Fact
from nsgkit.sample.incident import (
    CONTRACTOR,
    CONTROL,
    DROP,
    FIRST_PROBE,
    GUESSER,
    GUESSING,
    HORIZONTAL_SCAN,
    INSIDE,
    KNOCKING,
    LOOKOUT,
    STAGING,
    STAGING_PORT,
    TO_FILES,
    VERTICAL_SCAN,
)
from nsgkit.sample.network import DB1, FILES1, JUMP, WS1
from nsgkit.sample.rules import OPENED, TEMPORARY

INCIDENT = (
    Fact(
        "first-probe",
        "probe",
        False,
        {"src_ip": (LOOKOUT,), "dst_port": (22,)},
        "Somebody knocks at port 22 of three public machines, seconds apart.",
        (FIRST_PROBE, VERTICAL_SCAN),
    ),
    Fact(
        "vertical-scan",
        "vertical scan",
        False,
        {"src_ip": (LOOKOUT,), "dst_ip": (JUMP.ip,)},
        "Twelve minutes later the same address tries 39 ports of the jump host, all denied.",
        (VERTICAL_SCAN, VERTICAL_SCAN + HOUR),
    ),
    Fact(
        "denied-ssh",
        "denied attempts",
        False,
        {"src_ip": (GUESSER,), "dst_ip": (JUMP.ip,), "dst_port": (22,), "decision": ("denied",)},
        "Another address comes back to the jump host's SSH port all morning, and is denied.",
        (KNOCKING, OPENED),
    ),
    Fact(
        "rule-opened",
        "rule opened",
        False,
        {"rule": (f"UserRule_{TEMPORARY}",), "decision": ("allowed",)},
        "At 08:05 a rule for a contractor opens SSH to the whole internet. An hour later it is turned "
        "into a deny, but who is inside stays inside.",
    ),
    Fact(
        "contractor",
        "rule opened",
        True,
        {"src_ip": (CONTRACTOR,)},
        "The contractor whom the rule was opened for: one session, harmless.",
    ),
    Fact(
        "ssh-brute-force",
        "brute force",
        False,
        {"src_ip": (GUESSER,), "dst_ip": (JUMP.ip,), "dst_port": (22,), "decision": ("allowed",)},
        "For half an hour the address that was denied all morning guesses passwords, one small "
        "connection after the other.",
        (GUESSING, INSIDE),
    ),
    Fact(
        "ssh-success",
        "brute force succeeded",
        False,
        {"src_ip": (GUESSER,), "dst_ip": (JUMP.ip,), "dst_port": (22,), "decision": ("allowed",)},
        "One guess is right: a session of 52 minutes that carries megabytes in.",
        (INSIDE, END),
    ),
    Fact(
        "beacon",
        "beacon",
        False,
        {"src_ip": (JUMP.ip,), "dst_ip": (CONTROL,)},
        "From now on the jump host calls home about every five minutes, day and night, with jitter.",
    ),
    Fact(
        "horizontal-scan",
        "horizontal scan",
        False,
        {"src_ip": (JUMP.ip,), "dst_port": (445,), "dst_ip": tuple(f"10.30.1.{n}" for n in range(1, 141))},
        "A day later, in office hours, the jump host looks for file shares in the data subnet: 140 "
        "addresses in under four minutes.",
        (HORIZONTAL_SCAN, TO_FILES),
    ),
    Fact(
        "lateral-to-files",
        "lateral movement",
        False,
        {"src_ip": (JUMP.ip,), "dst_ip": (FILES1.ip,), "dst_port": (445,)},
        "It finds the file server and opens its share: an edge that was never there, seen at both ends.",
        (TO_FILES, END),
    ),
    Fact(
        "lateral-to-desk",
        "lateral movement",
        False,
        {"src_ip": (JUMP.ip,), "dst_ip": (WS1.ip,), "dst_port": (3389,)},
        "From the jump host on to the order desk by remote desktop, seen at both ends.",
    ),
    Fact(
        "collection",
        "lateral movement",
        False,
        {"src_ip": (WS1.ip,), "dst_ip": (DB1.ip,), "dst_port": (1433,)},
        "From the order desk into the database, which it never spoke to before: 1.7 GB come back.",
    ),
    Fact(
        "staging",
        "staging",
        False,
        {"src_ip": (WS1.ip,), "dst_ip": (FILES1.ip,), "src_port": (STAGING_PORT,)},
        "The order desk lays 1.7 GB down on the file server, among its ordinary use of the share.",
        (STAGING, STAGING + HOUR),
    ),
    Fact(
        "remote-command",
        "lateral movement",
        False,
        {"src_ip": (JUMP.ip,), "dst_ip": (FILES1.ip,), "dst_port": (5985,)},
        "At night the jump host manages the file server remotely, for four minutes.",
    ),
    Fact(
        "upload",
        "large upload",
        False,
        {"src_ip": (FILES1.ip,), "dst_ip": (DROP,)},
        "The file server uploads 1.7 GB to an address that nobody ever spoke to: the theft.",
    ),
)
