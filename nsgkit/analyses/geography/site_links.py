"""The question: which own site talks to which place."""

import pandas as pd

from nsgkit import schema
from nsgkit.analyses.geography.far_ends import FAR, NEAR, far_ends, together, total
from nsgkit.enrich.geography.locating import located
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.schema import INSIDE_ONLY, PLACE_LINKS

NO_SITE = "no_site"


def place_links(conversations: object, network: Own = None) -> pd.DataFrame:
    """Return the traffic between each own site and each place outside, the most connections first.

    Counting rule: as for `nsgkit.analyses.places`. A site is one whose coordinates a file gives
    (`[[sites]]` or `[[networks]]` of a network.toml, with lat and lon): an own address is at the site of
    the longest prefix that names one. What is at no such site is not in the table: `attrs["no_site"]` says
    what was counted there, and `attrs["inside_only"]` what was between two ends inside.

    Harmless look-alikes: as for `nsgkit.analyses.places`.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    network : Network, iterable of str or path, str, path or None
        The own networks and the files that tell where addresses are, as for `nsgkit.enrich.own_networks`.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.PLACE_LINKS`, one row for each site and place. A place that is not known has
        no coordinates.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where a file cannot be read, or a sum needs more than 64 bits.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> links = place_links(conversations)  # no file says where an own site is
    >>> len(links), links.attrs["no_site"]["denied"] > 0
    (0, True)

    Source: own.
    """
    own = own_networks(conversations, network)
    ends = far_ends(conversations, own)
    away = ends[~ends["inside_only"]]
    sites = _sites(pd.Index(away[NEAR].unique()), own)
    away = away.assign(site=away[NEAR].map(sites["site"]))
    answer = _linked(away[away["site"].notna()], sites, own)
    answer.attrs |= {INSIDE_ONLY: total(ends[ends["inside_only"]]), NO_SITE: total(away[away["site"].isna()])}
    return answer


def _linked(away: pd.DataFrame, sites: pd.DataFrame, own: Network) -> pd.DataFrame:
    """Return the links of the pairs that have a site."""
    if away.empty:
        return schema.empty(PLACE_LINKS)
    distinct = pd.Index(away[FAR].unique())
    where = located(distinct, own).set_axis(distinct)
    found = together(away.assign(place=away[FAR].map(where["place"])), ["site", "place"]).reset_index()
    found = found.merge(sites.drop_duplicates("site"), on="site")
    found = found.merge(where[["place", "country", "lat", "lon"]].drop_duplicates("place"), on="place")
    found = found.sort_values(["connections", "site", "place"], ascending=[False, True, True])
    return schema.typed(found.reset_index(drop=True), PLACE_LINKS)


def _sites(hosts: "pd.Index[str]", own: Network) -> pd.DataFrame:
    """Return the site of each own address, and where it is; no row for those at none."""
    points: dict[str, tuple[float, float]] = {}
    for known in own.context.prefixes:
        if known.site and known.lat is not None and known.lon is not None:
            points.setdefault(known.site, (known.lat, known.lon))
    at = {
        host: (known.site, *points[known.site])
        for host, known in zip(hosts, own.told(hosts, "site"), strict=True)
        if known and known.site in points
    }
    columns = ["site", "site_lat", "site_lon"]
    return pd.DataFrame([*at.values()], index=pd.Index([*at], dtype="str"), columns=columns)
