"""The question: which country does hardly anything inside call, and one host does."""

from typing import Literal

import narwhals as nw
import pandas as pd

from nsgkit.counting.arguments import check_measure
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts, by_outcome, tried_once
from nsgkit.detections.edges.baseline import REACHED, SIZES, reached
from nsgkit.detections.evidence import MOST, among
from nsgkit.detections.form import Finding, Kind, findings_table, many, parts, proofs, strength
from nsgkit.enrich.geography.atlas import country_of
from nsgkit.enrich.geography.locating import located
from nsgkit.enrich.network import Network, Own, as_given
from nsgkit.enrich.sides import FROM_INSIDE, TO_OUTSIDE
from nsgkit.schema import UNKNOWN_PLACE
from nsgkit.schema.findings import RARE_PLACES

PLACE_KIND = "rare place"
_PAIR = ["src_ip", "dst_ip"]


def rare_places(
    conversations: object,
    *,
    network: Own = None,
    by: Literal["country", "operator"] = "country",
    hosts: int = 1,
    share: float = 0.001,
) -> pd.DataFrame:
    """Return the countries that few inside hosts called, and seldom.

    Counting rule: connections from inside to outside that were allowed, and were answered or have no counter
    that tells, by the country of the destination (see `nsgkit.enrich.located`). A country is rare where at
    most `hosts` inside addresses reached it, with less than `share` of all such connections: so in logs with
    no more than a thousand of them, nothing is rare. What only called in does not count, neither as a
    finding nor as making a country usual: scanners come from everywhere, and so do visitors of a public
    service. What no source can place is in no country.

    The score is .5 at the line of `share` and .95 where it is a tenth of it. By operator, as databases of
    autonomous systems call them, much more is rare, because there are so many: it is to be asked for.

    Blind spots: who calls a country that others call too, such as that of the large clouds; who calls home
    all day, which is not seldom (`beacons` asks for that); and where an address is registered is not where
    its machine stands.

    Harmless look-alikes: a traveller's or a supplier's server, a mirror of updates, a content network that
    answered from elsewhere this time.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    network : Network, iterable of str or path, str, path or None
        The own networks and the files that tell where addresses are, as for `nsgkit.enrich.own_networks`.
    by : {"country", "operator"}
        What is rare.
    hosts : int
        The line: so many inside addresses at most.
    share : float
        The line: less than this part of the connections from inside to outside.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.RARE_PLACES`, one row a country, the highest score first; src_ip,
        dst_ip and dst_port are null where there are several. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where `by` is neither, or a file cannot be read.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> len(rare_places(conversations))  # no file says where its documentation addresses are
    0

    Source: own.
    """
    check_measure(by, ["country", "operator"])
    given = as_given(network)
    rows = attempts(conversations, network)
    out = rows.filter(nw.col(FROM_INSIDE) & nw.col(TO_OUTSIDE))
    pairs = _reached(out, given, by)
    rare = _rare(pairs, hosts, share)
    if rare.empty:
        return findings_table(rare, PLACE_KIND, RARE_PLACES)
    found = _figures(out, rare)
    found["place"] = [country_of(name).name if by == "country" else name for name in found.index]
    found["of_all"] = pairs["n"].sum()
    found["share"] = found["connections"] / found["of_all"]
    found["score"] = strength(1 / found["share"], 1 / share)
    return findings_table(found, PLACE_KIND, RARE_PLACES, conversations, network)


def _reached(out: Rows, given: Network, by: str) -> pd.DataFrame:
    """Return the pairs that reached each other, how often, and where the far end is; few rows of many."""
    counted = out.filter(reached()).aggregate(_PAIR, n=nw.len().cast(nw.Int64))
    pairs = counted.collect({"src_ip": "str", "dst_ip": "str", "n": "int64"})
    distinct = pd.Index(pairs["dst_ip"].unique())
    told = located(distinct, given).set_axis(distinct)
    at = {"where": told[by], "source": told["place_source"]}
    return pairs.assign(**{name: pairs["dst_ip"].map(values) for name, values in at.items()})


def _rare(pairs: pd.DataFrame, hosts: int, share: float) -> pd.DataFrame:
    """Return the pairs whose far end is at a rare place."""
    known = pairs[pairs["where"].notna() & (pairs["where"] != UNKNOWN_PLACE)]
    groups = known.groupby("where")
    few = groups["src_ip"].transform("nunique") <= hosts
    return known[few & (groups["n"].transform("sum") < share * pairs["n"].sum())]


def _figures(out: Rows, rare: pd.DataFrame) -> pd.DataFrame:
    """Return what proves each rare place, and how it was reached; the places as index."""
    seen = tried_once(among(out, rare, _PAIR), "decision", *SIZES).merge(rare, on=_PAIR)
    seen["reached"] = (seen["decision"] == "allowed") & seen["outcome"].isin(REACHED)
    through = seen[seen["reached"]]
    groups = through.groupby("where")
    found = proofs(groups.head(MOST).reset_index(drop=True), ["where"]).join(by_outcome(seen, ["where"]))
    found["connections"], found[[*SIZES]] = groups.size(), groups[[*SIZES]].sum(min_count=1)
    found["addresses"], found["hosts"] = groups["dst_ip"].nunique(), groups["src_ip"].nunique()
    found["place_source"] = groups["source"].agg(lambda said: "; ".join(sorted({*said})))
    for name in (*_PAIR, "dst_port"):
        found[name] = groups[name].first().where(groups[name].nunique() == 1)
    return found


def _told_place(finding: Finding) -> str:
    who: str = finding["src_ip"] if pd.notna(finding["src_ip"]) else many(finding["hosts"], "inside host")
    whom: str = (
        finding["dst_ip"] if pd.notna(finding["dst_ip"]) else many(finding["addresses"], "address", "es")
    )
    bytes_ = finding[SIZES[0]]
    sent: str = f", and sent {bytes_:,} bytes" if pd.notna(bytes_) else ""
    return (
        f"{who} called {whom} in {finding['place']} ({parts(finding)}){sent}. No other inside host reached "
        f"that place: {many(finding['connections'], 'connection')} of {finding['of_all']:,} to the outside "
        f"({finding['share']:.3%}). Where it is says {finding['place_source']}."
    )


RARE_PLACE = Kind(
    PLACE_KIND,
    rare_places,
    RARE_PLACES,
    _told_place,
    "somebody's supplier, travel or mirror of updates is there, or a content network answered from there.",
    0.3,
)
