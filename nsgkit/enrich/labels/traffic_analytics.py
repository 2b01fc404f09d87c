"""What Traffic Analytics calls the flow between two sides, and why.

Source: Microsoft Learn, "Traffic analytics schema and data aggregation", its notes on flow types
(https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema#notes).
"""

from typing import NamedTuple

from nsgkit.enrich.special_purpose import BENCHMARKING, DOCUMENTATION

FLOW_TYPES = (
    "IntraVNet", "InterVNet", "S2S", "P2S", "AzurePublic", "ExternalPublic", "MaliciousFlow",
    "UnknownPrivate", "Unknown",
)  # fmt: skip
_ASKED = "network.toml, or what `az network vnet list` gives, would tell"
_INSIDE = ("vnet", "own")
# What the end that is not inside decides, by its kind.
_BEYOND = {
    "vpn": ("S2S", "is at {site}, a site behind a gateway"),
    "p2s": ("P2S", "is a client of a point-to-site VPN, {site}"),
    "malicious": ("MaliciousFlow", "is in {said}"),
    "private": ("UnknownPrivate", "is {said}, and in no network that is given; " + _ASKED),
    "public": ("Unknown", "is an own public address, {site}; no file says whose (`site`)"),
    "special": ("Unknown", "is {said}: neither of a virtual network nor on the internet"),
}
_NO_KIND = ("Unknown", "is of the kind {kind}, which Traffic Analytics does not know")


class Side(NamedTuple):
    """One end of a flow, as far as it decides.

    `kind` is "vnet", "own" (a NIC or a file shows it, but in no virtual network that has a name), "vpn",
    "p2s", "public" (an own public address), "private", "azure", "malicious", "outside", "platform",
    "special" or "nobody" (no address). `site` is its virtual network, site or service tag; `said` what else
    is known of it: of a site, that no file names it and its prefix stands for it.
    """

    kind: str
    site: str = ""
    said: str = ""


class Given(NamedTuple):
    """What was there to decide by: the lists of service tags by name, and whether there is a feed."""

    lists: str = ""
    feeds: bool = False


def flow_between(src: Side, dst: Side, given: Given) -> tuple[str, str]:
    """Return the flow type of a flow from one side to the other, and why.

    >>> flow_between(Side("vnet", "VNET-SHOP"), Side("vnet", "VNET-DATA"), Given())
    ('InterVNet', 'from VNET-SHOP to VNET-DATA')
    """
    ends = {"source": src, "destination": dst}
    for end, side in ends.items():
        if side.kind == "nobody":
            return "Unknown", f"the {end} is no address"
    for end, side in ends.items():
        if side.kind == "platform":
            return "AzurePublic", f"the {end} is Azure's platform itself"
    if src.kind in _INSIDE and dst.kind in _INSIDE:
        return _within(src, dst)
    if src.kind in _INSIDE:
        return _beyond("destination", dst, given)
    if dst.kind in _INSIDE:
        return _beyond("source", src, given)
    return "Unknown", f"neither end is in a virtual network that is known; {_ASKED}"


def _within(src: Side, dst: Side) -> tuple[str, str]:
    """Decide between two ends inside: of virtual networks without a name, only one and the same is known."""
    if "own" in (src.kind, dst.kind):
        which = "both ends are" if src.kind == dst.kind else f"the {_own_end(src)} is"
        return "Unknown", f"{which} own, and no file says in which virtual network; {_ASKED}"
    if src.site == dst.site:
        return "IntraVNet", f"both ends are in {src.site}"
    if src.said or dst.said:
        return (
            "Unknown",
            f"no file says whether {src.site} and {dst.site} are one virtual network: give `site`",
        )
    return "InterVNet", f"from {src.site} to {dst.site}"


def _own_end(src: Side) -> str:
    return "source" if src.kind == "own" else "destination"


def _beyond(end: str, side: Side, given: Given) -> tuple[str, str]:
    """Decide by the end that is not inside."""
    if side.kind == "azure":
        feed = f"; also in {side.said}" if side.said else ""
        return "AzurePublic", f"the {end} has the service tag {side.site} ({given.lists}){feed}"
    if side.kind == "outside":
        return "ExternalPublic", _external(end, side, given)
    flow_type, reason = _BEYOND.get(side.kind, _NO_KIND)
    return flow_type, f"the {end} {reason.format(site=side.site, said=side.said, kind=side.kind)}"


def _external(end: str, side: Side, given: Given) -> str:
    """Return why an end is outside, and what was not there to tell more."""
    if side.said == DOCUMENTATION:
        return f"the {end} is of a documentation range (RFC 5737, RFC 3849), which counts as outside"
    if side.said == BENCHMARKING:
        return f"the {end} is of a benchmarking range (RFC 2544, RFC 5180), which counts as outside"
    feed = "no feed names it" if given.feeds else "no feed is given"
    if given.lists:
        return f"the {end} is public, and has no service tag ({given.lists}); {feed}"
    return f"the {end} is public; only ServiceTags_Public.json would tell whether it is Azure's; {feed}"
