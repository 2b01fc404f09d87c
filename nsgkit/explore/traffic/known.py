"""What is known of an address beside the logs, each with who says so or why."""

from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.enrich.facts import ENDS
from nsgkit.enrich.geography.locating import located
from nsgkit.enrich.labels.flow_types import flow_type
from nsgkit.enrich.labels.scanners import scanner
from nsgkit.enrich.labels.scopes import scope
from nsgkit.enrich.labels.service_tags import service_tag
from nsgkit.enrich.labels.threats import threat
from nsgkit.enrich.network import Network
from nsgkit.schema import UNKNOWN_PLACE

_MOST = 4  # flow types, each with its reason
_GIVEN = ("site", "kind", "role", "sensitivity")  # what the analyst's files say of a machine or network


def known_of(address: str, his: object, network: Network) -> list[tuple[str, str]]:
    """Return what is asked and what is known of an address, `his` its conversations.

    >>> none = pd.DataFrame(columns=["src_ip", "dst_ip"])
    >>> dict(known_of("10.0.0.4", none, Network.of(["10.0.0.0/8"])))["Scope"]
    'own, by its number and the own networks'
    """
    one = pd.DataFrame({"src_ip": [address], "dst_ip": [address]})
    named = scanner(one)["src_scanner"].iloc[0]
    return [
        *_given(address, network),
        ("Scope", _told(scope(one, network=network)["src_scope"], "by its number and the own networks")),
        ("Flow types", _flow_types(his, network)),
        *_where(address, network),
        ("Threat", _threat(one, network)),
        ("Service tag", _service_tag(one, network)),
        ("Scanner", f"{named} publishes to scan from it" if pd.notna(named) else "on no published list"),
    ]


def _given(address: str, network: Network) -> list[tuple[str, str]]:
    """Return what the analyst's files say, with the file that does."""
    found = []
    for what in _GIVEN:
        (known,) = network.told(pd.Index([address]), what)
        if known is not None:
            source = f", by {known.source}" if known.source else ""
            found.append((what.capitalize(), f"{getattr(known, what)}{source}"))
    return found


def _where(address: str, network: Network) -> list[tuple[str, str]]:
    where: Any = located([address], network).iloc[0]
    source, unknown = where["place_source"], where["place"] == UNKNOWN_PLACE
    said = f"unknown: {source}" if unknown else f"{where['place']} ({where['country']}), by {source}"
    operator = [("Network operator", where["operator"])] if pd.notna(where["operator"]) else []
    return [("Country", said), *operator]


def _threat(one: pd.DataFrame, network: Network) -> str:
    if not network.context.feeds:
        return "unknown: no feed was given"
    said = threat(one, network=network)["src_threat"].iloc[0]
    return str(said) if pd.notna(said) else "no feed names it, which does not say that it is harmless"


def _service_tag(one: pd.DataFrame, network: Network) -> str:
    if not network.context.service_tags:
        return "unknown: no list of service tags was given"
    said = service_tag(one, network=network)["src_service_tag"].iloc[0]
    return str(said) if pd.notna(said) else "none"


def _flow_types(his: object, network: Network) -> str:
    """Say of which flow types its conversations are, how many of each, and why."""
    pairs = Rows.of(his, ENDS, coded=ENDS).aggregate(ENDS, rows=nw.len())
    found = pairs.sort(*ENDS).collect(dict.fromkeys(ENDS, "str") | {"rows": "int64"})
    if found.empty:
        return "none"
    told = flow_type(found, network=network).astype({"flow_type": "str", "flow_type_reason": "str"})
    counts = told.groupby(["flow_type", "flow_type_reason"])["rows"].sum()
    counts = counts.sort_values(ascending=False, kind="stable")
    said = [f"{kind} ({number:,}): {why}" for (kind, why), number in counts.head(_MOST).items()]
    return "; ".join(said) + (f"; and {len(counts) - _MOST:,} more" if len(counts) > _MOST else "")


def _told(values: "pd.Series[Any]", why: str) -> str:
    value = values.iloc[0]
    return f"{value}, {why}" if pd.notna(value) else "no address"
