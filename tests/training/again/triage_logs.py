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


AGAIN = {"hole": hole, "alive_in_hole": alive_in_hole}
