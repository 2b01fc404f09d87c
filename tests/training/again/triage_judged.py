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


AGAIN = {"snat": snat, "stateless": stateless}
