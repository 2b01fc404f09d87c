"""Answers to the exercises on what a company's logs can tell, from the paths and the text of its blobs."""

import re
from collections import defaultdict

import pandas as pd

from tests.training.again.company import paths, rows


def hours_of(case):
    """The hours of each NIC, as the folders of its blobs are called."""
    found = defaultdict(set)
    for path in paths(case):
        year, month, day, hour = re.search(r"/y=(\d+)/m=(\d+)/d=(\d+)/h=(\d+)/", path).groups()
        mac = re.search("macAddress=([0-9A-F]+)", path)[1]
        found[mac].add(pd.Timestamp(f"{year}-{month}-{day} {hour}:00", tz="UTC"))
    return found


def missing(case):
    """The one NIC with hours missing between its first and its last, and these hours."""
    ((mac, lacks),) = [
        (mac, lacks)
        for mac, there in hours_of(case).items()
        if (lacks := sorted({*pd.date_range(min(there), max(there), freq="h")} - there))
    ]
    return mac, lacks


def hole(case):
    lacks = missing(case)[1]
    return lacks[0], len(lacks)


def alive_in_hole(case):
    """Who wrote down, in the hours that are missing, that the machine of that NIC sent something."""
    mac, lacks = missing(case)
    table = rows(case)
    outbound = table[(table["mac"] == mac) & (table["direction"] == "O")]
    own = {address for address in outbound["src_ip"] if "." in address}
    assert len(own) == 1
    there = table[table["time"].dt.floor("h").isin(lacks) & (table["mac"] != mac)]
    called = there[there["src_ip"].isin(own) & (there["bytes"] > 0)]["dst_ip"]
    answered = there[there["dst_ip"].isin(own) & (there["bytes_back"] > 0)]["src_ip"]
    saw = {*called, *answered}
    return ("up", saw) if saw else "unknown"


def called(table, src, dst):
    return table[(table["src_ip"] == src) & (table["dst_ip"] == dst)]


def bytes_over(table, src, dst, more):
    """Whether more was sent, of each connection what one NIC counted."""
    view = called(table, src, dst).groupby("mac")["bytes"].sum()
    return view.max() > int(more.replace(",", ""))


def before(table, moment):
    return table[table["time"] < pd.Timestamp(moment, tz="UTC")]


def decisions(case, src, dst, until):
    return called(before(rows(case), until), src, dst)["decision"]


def at_time(table, moment):
    return table[table["time"].dt.floor("s") >= pd.Timestamp(moment, tz="UTC")]


def sent_over_one(table, moment, dst, src, more):
    """The bytes of the one connection that began then: of its own source port, at one NIC."""
    rows_of = at_time(called(table, src, dst), moment)
    first = rows_of[rows_of["state"] == "B"].iloc[0]
    assert str(first["time"].floor("s"))[:19] == moment
    same = rows_of[(rows_of["src_port"] == first["src_port"]) & (rows_of["mac"] == first["mac"])]
    return same["bytes"].sum() > int(more.replace(",", ""))


def one_after(table, moment, src, dst):
    """The rows of the connection that began at a moment."""
    rows_of = at_time(called(table, src, dst), moment)
    return rows_of[rows_of["src_port"] == rows_of["src_port"].iloc[0]]


def seen(case, address):
    answer = alive_in_hole(case)
    lacking = rows(case)[rows(case)["mac"] == missing(case)[0]]
    assert address in {*lacking["src_ip"]}
    return None if answer == "unknown" else False


IP, TIME, SIZE = r"([\da-f.:]+:[\da-f:]+|[\d.]+\d)", r"(\d+-\d+-\d+ \d+:\d+:\d+)", r"([\d,]+)"
STILL = "was still going on when"
NAMED = rf"\w+ \({IP}\)"
SETTLED = {  # what a claim says, and whether the rows show it
    rf"Over its connection of {TIME} to port 445 of {NAMED}, {NAMED} sent more than {SIZE} bytes": (
        lambda case, *said: sent_over_one(rows(case), *said)
    ),
    rf"Before {TIME} {NAMED} sent more than {SIZE} bytes to {IP}": (
        lambda case, until, src, more, dst: bytes_over(before(rows(case), until), src, dst, more)
    ),
    rf"All in all {IP} sent more than {SIZE} bytes to {IP}": (
        lambda case, src, more, dst: bytes_over(rows(case), src, dst, more)
    ),
    rf"The connection of {TIME} from {NAMED} to port 445 of {NAMED} {STILL} {IP} called {IP}": (
        lambda case, moment, src, dst, other, far: (
            one_after(rows(case), moment, src, dst)["time"].max()
            > called(rows(case), other, far)["time"].min()
        )
    ),
    rf"The connection that {IP} began to {NAMED} {STILL} {IP} began its first allowed": (
        lambda case, src, dst, other: (
            called(rows(case), src, dst)["time"].max()
            > called(rows(case), other, dst).query("decision == 'allowed'")["time"].min()
        )
    ),
    rf"The connection from {NAMED} to {IP} {STILL} {NAMED} called port 445 of {NAMED} at {TIME}": (
        lambda case, src, dst, _src, _dst, moment: (
            called(rows(case), src, dst)["time"].min()
            < pd.Timestamp(moment, tz="UTC")
            < called(rows(case), src, dst)["time"].max()
        )
    ),
    rf"{IP} was refused at each of the ports of {NAMED} that it tried before {TIME}": (
        lambda case, src, dst, until: {*decisions(case, src, dst, until)} == {"denied"}
    ),
    rf"{IP} was let in at one or more of the ports of {NAMED} that it tried before {TIME}": (
        lambda case, src, dst, until: "allowed" in {*decisions(case, src, dst, until)}
    ),
    rf"{NAMED} (?:was switched off|sent nothing to anybody) all through the hole": seen,
}
BEYOND = (  # what a claim is about that stands in no row
    "content of|own data|administrator|clerk|ping|still has|is kept there|same attacker|password|HTTPS|"
    "for the contractor|UserRule_|had never called|called nobody outside"
)


def judged(case, claim):
    for pattern, shows in SETTLED.items():
        if found := re.match(pattern, claim):
            return {True: "shown", False: "ruled out", None: "open"}[shows(case, *found.groups())]
    assert re.search(BEYOND, claim), claim
    return "open"


def both_sides(case):
    """What the rows say to each claim, as it is worded."""
    claims = re.findall(r"^\(\d\) (.+)$", case.asked["claims"], re.MULTILINE)
    return [judged(case, claim) for claim in claims]


AGAIN = {"hole": hole, "alive_in_hole": alive_in_hole, "both_sides": both_sides}
