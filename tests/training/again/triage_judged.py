"""What is judged by rows that show little, and a whole story, from the text of the blobs alone."""

from tests.training.again.company import rows
from tests.training.again.triage import inside


def snat(case):
    """Sources outside whose rows to a workstation were denied, all of them called by it at their port."""
    machines = case.asked["machines"].split(" and ")
    table = rows(case)
    here = table[table["dst_ip"].isin(machines) & (table["decision"] == "denied")]
    here = here[[not inside(source) for source in here["src_ip"]]]
    out = table[table["src_ip"].isin(machines) & (table["decision"] == "allowed")]
    called = {*zip(out["src_ip"], out["dst_ip"], out["dst_port"], strict=True)}
    came = {*zip(here["dst_ip"], here["src_ip"], here["src_port"], strict=True)}
    return ("late answers" if came <= called else "port scan"), here["src_ip"].nunique()


def stateless(case):
    """The B rows of the one rule whose inbound TCP rows never say anything else; their counters are empty."""
    table = rows(case)
    own = table["rule"].str.startswith("UserRule_")
    let_in = table[own & (table["direction"] == "I") & (table["decision"] == "allowed")]
    states = let_in[let_in["version"] == 2].groupby(["mac", "rule"])["state"].agg(set)
    ((mac, rule),) = states.index[[each == {"B"} for each in states]]
    assert rule == case.asked["rule"]
    begun = let_in[(let_in["mac"] == mac) & (let_in["rule"] == rule)]
    counters = begun[["packets", "bytes", "packets_back", "bytes_back"]]
    carried = None if counters.isna().all(axis=None) else counters.sum()
    return len(begun), carried, ["unanswered scan", "answered visits"]


def timeline(case):
    """The letters by the first row that has all which its event is known by; the one without a row last."""
    table = rows(case)
    first = {letter: _first(table, text.split()) for letter, text in case.asked["events"].items()}
    return sorted(first, key=lambda letter: (first[letter] is None, first[letter] or 0))


def _first(table, terms):
    columns = {"src": "src_ip", "dst": "dst_ip", "dst_port": "dst_port", "protocol": "protocol"}
    for term in terms:
        name, colon, value = term.partition(":")
        if colon:
            table = table[table[columns[name]].astype("str").isin(value.split(","))]
        elif term in ("allowed", "denied"):
            table = table[table["decision"] == term]
    if "duration>60" in terms:
        return min(begin for _, begin, lasted in _lives(table) if lasted > 60_000_000_000)
    return table["time"].min().value if len(table) else None


def _lives(table):
    """Who called, when each connection began, and how long it lasted: from its B to the E that follows."""
    open_ones = {}
    columns = table[["src_ip", "dst_ip", "src_port", "state", "decision", "time"]]
    for *ends, state, decision, time in columns.itertuples(index=False):
        if state == "B" and decision == "allowed":
            open_ones[tuple(ends)] = time.value
        elif state == "E" and tuple(ends) in open_ones:
            begin = open_ones.pop(tuple(ends))
            yield ends[0], begin, time.value - begin


def no_incident(case):
    """The one outside who came through a rule again and again, and then stayed for minutes."""
    table = rows(case)
    came = table[(table["direction"] == "I") & (table["decision"] == "allowed")]
    came = came[came["dst_port"].isin([22, 3389, 5985])]
    came = came[[not inside(source) for source in came["src_ip"]]]
    lasted = {}
    for who, _, nanoseconds in _lives(came):
        lasted.setdefault(who, []).append(nanoseconds)
    won = [who for who, each in lasted.items() if len(each) > 1 and max(each) > 600_000_000_000]
    return ("yes", *won) if won else ("no", None)


AGAIN = {"snat": snat, "stateless": stateless, "timeline": timeline, "no_incident": no_incident}
