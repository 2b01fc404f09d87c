"""What kind of flow it is, in the words of Traffic Analytics."""

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.context import KnownPrefix
from nsgkit.enrich.facts import ENDS, ends_together, named_by, of_each, with_facts
from nsgkit.enrich.labels.scopes import OWN, scopes_of
from nsgkit.enrich.labels.service_tags import read_service_tags, tags_of
from nsgkit.enrich.labels.threats import threats_of
from nsgkit.enrich.labels.traffic_analytics import Given, Side, flow_between
from nsgkit.enrich.network import Network, Own, network_for
from nsgkit.enrich.special_purpose import LINK_LOCAL, LOOPBACK, MULTICAST, PLATFORM, PRIVATE, RESERVED, SHARED

_SIDES, _PAIR = ("src__side", "dst__side"), "__sides"
_NOBODY = Side("nobody")
_FIXED = {None: _NOBODY, PLATFORM: Side("platform")}  # whatever a file says
_BY_SCOPE = {
    OWN: Side("own"),
    **{name: Side("private", said=name) for name in (PRIVATE, SHARED, LINK_LOCAL)},
    **{name: Side("special", said=name) for name in (LOOPBACK, MULTICAST, RESERVED)},
}


def flow_type(table: Any, *, network: Own = None) -> Native:
    """Return `table` with `flow_type`, in the words of Traffic Analytics, and `flow_type_reason`.

    One end lies in a virtual network, given as `kind = "vnet"` or shown by a logged NIC. The other decides:

    - `AzurePublic`: 168.63.129.16 or 169.254.169.254, or an address with a service tag. As Traffic Analytics
      has it, this comes before a feed; the reason says where a feed names the address too.
    - `IntraVNet`, `InterVNet`: in the same, or in another virtual network, by the names that files give.
    - `S2S`, `P2S`: of a site (`kind = "vpn"`), or a client of a point-to-site VPN (`kind = "p2s"`).
    - `MaliciousFlow`: a feed names it.
    - `ExternalPublic`: any other public address, and those of documentation and benchmarking.
    - `UnknownPrivate`: private, shared or link-local, and in no network that is given.
    - `Unknown`: all else, such as no address, both ends outside, or an own end whose virtual network no file
      names. The reason says which file would tell.

    It is what Traffic Analytics would say of these addresses by these files, and not what it said: its feeds
    and its view of the subscription are others. Without a file of service tags an address of Azure's counts
    as ExternalPublic, and the reason says so.

    Parameters
    ----------
    table : table
        Any with `src_ip` and `dst_ip`: the flow table, what `nsgkit.conversations` or a detection gives.
    network : Network, iterable of str or path, str, path or None
        What is known beside the logs, as for `nsgkit.enrich.own_networks`.

    Returns
    -------
    table
        As `table` is, with the same rows and two columns more; neither is null.

    Raises
    ------
    MissingColumnError
        Where the table has no such column.
    NsgkitError
        Where a given file cannot be read.

    Examples
    --------
    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00").flows
    >>> told = flow_type(flows, network="data/samples/network.toml")
    >>> told.query("src_ip == '192.168.40.15'")[["flow_type", "flow_type_reason"]].iloc[0].tolist()
    ['S2S', 'the source is at Warehouse, a site behind a gateway']

    Source: Microsoft Learn, "Traffic analytics schema and data aggregation", its notes on flow types.
    """
    held = as_table(table)
    require_columns(ENDS, held)
    known = network_for(held, network)
    return _in_pandas(held, known) if isinstance(held, pd.DataFrame) else _in_engine(held, known)


def _in_pandas(held: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Decide once for each pair of sides that there is."""
    texts, ends = ends_together(held)
    numbers: dict[Side, int] = {}
    codes = [numbers.setdefault(side, len(numbers)) for side in [*_sides(texts, network), _NOBODY]]
    src, dst = (np.array(codes)[places] for places in ends)
    places, pairs = pd.factorize(src * len(numbers) + dst)
    told = _decided([divmod(pair, len(numbers)) for pair in pairs.tolist()], [*numbers], network)
    return held.assign(**{name: of_each(each, places, held.index) for name, each in told.items()})


def _decided(pairs: list[tuple[int, int]], sides: list[Side], network: Network) -> dict[str, list[str]]:
    """Return the flow type of each pair of sides, and the reason."""
    lists = ", ".join(read_service_tags(path).source for path in network.context.service_tags)
    given = Given(lists, bool(network.context.feeds))
    told = [flow_between(sides[src], sides[dst], given) for src, dst in pairs]
    return {"flow_type": [kind for kind, _ in told], "flow_type_reason": [why for _, why in told]}


def _in_engine(held: Native, network: Network) -> Native:
    """Let the engine name both sides of each row, and decide for the pairs that there are."""
    numbers: dict[Side, int] = {_NOBODY: 0}

    def numbered(texts: "pd.Index[Any]") -> dict[str, list[str | None]]:
        return {"_side": [str(numbers.setdefault(side, len(numbers))) for side in _sides(texts, network)]}

    rows = Rows.of(with_facts(held, numbered))
    both = [nw.col(name).fill_null("0") for name in _SIDES]
    rows = rows.with_columns(**{_PAIR: nw.concat_str(both, separator=" ")})
    pairs = rows.select(_PAIR).unique().collect({_PAIR: "str"})[_PAIR].sort_values(ignore_index=True)
    ends = [(int(src), int(dst)) for src, dst in map(str.split, pairs)]
    told = _decided(ends, [*numbers], network)
    added = {name: named_by(_PAIR, pairs, pd.Series(each, dtype="object")) for name, each in told.items()}
    return rows.with_columns(**added).select(*held.columns, *added).native(held)


def _sides(texts: "pd.Index[Any]", network: Network) -> list[Side]:
    """Return what each text is as the end of a flow."""
    vnets = {each.site for each in network.context.prefixes if each.kind == "vnet" and each.site}
    facts = (
        scopes_of(texts, network),
        network.told(texts, "kind"),
        tags_of(texts, network),
        threats_of(texts, network),
    )
    return [_side(*each, vnets) for each in zip(*facts, strict=True)]


def _side(
    scope: str | None, known: KnownPrefix | None, tag: str | None, threat: str | None, vnets: Iterable[str]
) -> Side:
    if scope in _FIXED:
        return _FIXED[scope]
    if known:
        kind = "vnet" if known.kind == "public" and known.site in vnets else known.kind
        return Side(kind, known.site or known.name or str(known.prefix), "" if known.site else "no site")
    if scope in _BY_SCOPE:
        return _BY_SCOPE[scope]
    if tag:
        return Side("azure", tag, threat or "")
    return Side("malicious", said=threat) if threat else Side("outside", said=scope or "")
