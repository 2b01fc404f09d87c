"""The opened rule, the guesses and the success, from the text of the blobs alone."""

from statistics import median

from tests.training.again.company import rows
from tests.training.again.triage import inside

LOGINS = (22, 23, 3389, 5900, 5985, 5986)  # ports for remote administration
LASTS = 60  # seconds: nobody waits as long for an answer to a password


def from_outside(case):
    """What came from outside over TCP."""
    table = rows(case)
    table = table[table["protocol"].isin(["T", "6"])]
    return table[[not inside(src) for src in table["src_ip"]]]


def rule_opened(case):
    """The one port of one machine with a denial first, and what was allowed later."""
    turns = []
    for (_, port), tries in from_outside(case).groupby(["dst_ip", "dst_port"]):
        denied, allowed = (tries[tries["decision"] == decision]["time"] for decision in ("denied", "allowed"))
        if len(denied) and len(allowed) and denied.min() < allowed.min():
            turns.append((port, denied[denied < allowed.min()].max(), allowed.min()))
    (only,) = turns
    return only


def lives(table):
    """Each connection: its source port, its seconds, its bytes; a port may be used again."""
    done, still = [], {}
    for row in table[table["decision"] == "allowed"].itertuples():
        if row.state == "B":
            still[row.src_port] = [row.time, 0]
        elif row.src_port in still:
            still[row.src_port][1] += row.bytes + row.bytes_back
            if row.state == "E":
                begun, size = still.pop(row.src_port)
                done.append((row.src_port, (row.time - begun).total_seconds(), size))
    return done


def guesser(case):
    """The outsider with the most connections to one port where people log in, and those connections."""
    calls = from_outside(case)
    calls = calls[calls["dst_port"].isin(LOGINS)]
    found = [(key[0], lives(each)) for key, each in calls.groupby(["src_ip", "dst_ip", "dst_port"])]
    return max(found, key=lambda each: len(each[1]))


def guesses(case):
    """Those that are short, and at most five times the usual size."""
    source, talks = guesser(case)
    usual = median(size for *_, size in talks)
    return source, sum(seconds < LASTS and size <= 5 * usual for _, seconds, size in talks)


def got_in(case):
    """The only one that lasts and is larger; no flow log has a login in it."""
    _, talks = guesser(case)
    usual = median(size for *_, size in talks)
    (port,) = [port for port, seconds, size in talks if seconds >= LASTS and size > 5 * usual]
    return port, "likely"


AGAIN = {"rule_opened": rule_opened, "guesses": guesses, "got_in": got_in}
