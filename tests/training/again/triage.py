"""Answers to the exercises on a company's logs, from the text of its blobs alone."""

from ipaddress import ip_address, ip_network
from itertools import pairwise
from statistics import median

from tests.training.again.company import rows

OWN = [ip_network(prefix) for prefix in ("10.0.0.0/8", "192.168.0.0/16")]
OWN += [
    ip_network(f"2001:db8:{number:x}::/48") for number in range(0x30, 0x80)
]  # one of these is a company's


def inside(address):
    return any(ip_address(address) in network for network in OWN)


def beacon(case):
    """The one address outside that a single machine calls all day, hour by hour, and the median beat."""
    table = rows(case)
    begun = table[(table["state"] == "B") & (table["decision"] == "allowed")]
    begun = begun[[inside(src) and not inside(dst) for src, dst in begun[["src_ip", "dst_ip"]].to_numpy()]]
    callers = begun.groupby("dst_ip")["src_ip"].nunique()
    alone = begun[begun["dst_ip"].isin(callers[callers == 1].index)]
    hours = alone.groupby("dst_ip")["time"].agg(lambda times: times.dt.floor("h").nunique())
    control = hours.idxmax()
    times = sorted(alone.loc[alone["dst_ip"] == control, "time"])
    return control, median((b - a).total_seconds() for a, b in pairwise(times))


AGAIN = {"beacon": beacon}
