"""What ids and addresses are called: told by the logs, or by the analyst."""

from collections.abc import Sequence
from typing import Any, overload

import narwhals as nw
import pandas as pd

from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.facts import ENDS, texts_of
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.enrich.nics import nic_addresses
from nsgkit.html import visible
from nsgkit.schema import BETWEEN, NAMES, carrying, names_carried
from nsgkit.schema.relations import attrs_of, found_once

NAMED = ("acl", "mac")  # columns of ids that stand for something else
_GUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


def names_of(table: object, columns: Sequence[str] = NAMED) -> dict[str, str]:
    """Return what ids stand for, as `nsgkit.schema.labels` takes it: what a GUID logs, a MAC and its address.

    A NIC is called by its MAC and its most frequent own address. `columns` says whose ids are asked for.

    >>> import nsgkit
    >>> names = names_of(nsgkit.read_logs("data/samples"))
    >>> names["000D3AB1A114"], names["3E5A86C0-B1F4-47D7-9C2E-80D4A6B1F432"].rpartition("/")[2]
    ('000D3AB1A114 · 10.20.1.4', 'VNET-DATA')
    """
    found: dict[str, str] = {}
    if "acl" in columns:
        found |= _logged_by_guids(as_table(table))
    if "mac" in columns:
        first = nic_addresses(table).drop_duplicates("mac")
        found |= {
            mac: f"{mac} · {address}" for mac, address in zip(first["mac"], first["address"], strict=True)
        }
    return found


@overload
def named(conversations: pd.DataFrame, own: Own) -> pd.DataFrame: ...
@overload
def named(conversations: Any, own: Own) -> Native: ...
def named(conversations: Any, own: Own) -> Native:
    """Return conversations that carry names: whatever is made of them is called as the analyst calls it.

    An address stays in sight beside its name, and filters ask for the address. Names are for pictures and
    labels; no column changes.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    own : Network or path
        A network.toml with `[[networks]]`, each with `prefix` and `name`, or what `own_networks` made of it.

    Returns
    -------
    table
        As `conversations` is: the same rows and columns.

    Raises
    ------
    NsgkitError
        Where the file cannot be read.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples"))
    >>> shop = Network.of(["10.20.0.0/16"], names={"10.20.0.4": "WEB1"})
    >>> top = nsgkit.analyses.top_talkers(named(conversations, shop), end="destination", top=1)
    >>> top.attrs["names"]["10.20.0.4"]
    '10.20.0.4  ·  WEB1'
    """
    held = as_table(conversations)
    network = own_networks(held, own)
    return carrying(held, names_of(held) | called(held, network))


def called(table: Any, network: Network) -> dict[str, str]:
    """Return what each address of a table is called, and each named network itself; the longest prefix names.

    >>> called(pd.DataFrame({"src_ip": ["10.0.0.4"], "dst_ip": ["10.0.0.5"]}),
    ...     Network.of(["10.0.0.0/8"], names={"10.0.0.4": "WEB1"}))
    {'10.0.0.4': '10.0.0.4  ·  WEB1'}
    """
    if not network.named:
        return {}
    addresses = pd.Index(pd.unique(pd.concat([texts_of(table, end) for end in ENDS])))
    inside = {str(prefix): name for prefix, name in network.named if prefix.num_addresses > 1}
    told = zip(addresses, network.told(addresses, "name"), strict=True)
    names = inside | {text: known.name for text, known in told if known}
    return {text: f"{text}{BETWEEN}{visible(name)}" for text, name in names.items()}


def with_names(answer: pd.DataFrame, table: object) -> pd.DataFrame:
    """Let an answer about `table` carry in its attrs what its ids stand for, where it has some; return it.

    A table that carries names itself is believed: of a part of the conversations, those of all of them.

    >>> with_names(pd.DataFrame({"rule": ["Web"]}), None).attrs
    {}
    """
    asked = [name for name in NAMED if name in answer]
    carried = attrs_of(table).get(NAMES)
    if carried is not None:
        answer.attrs[NAMES] = carried
    elif asked:
        held, needed = as_table(table), {"acl": {"resource"}, "mac": {"direction", *ENDS}}
        known = [name for name in asked if needed[name] <= {*held.columns}]
        answer.attrs[NAMES] = names_of(held, known)
    return answer


def names_beside(table: pd.DataFrame, about: object, own: Own) -> dict[str, str]:
    """Return what the addresses of a table are called: by `own`, else by what the table it is about carries.

    >>> found = pd.DataFrame({"src_ip": ["10.0.0.4"], "dst_ip": [None]})
    >>> names_beside(found, None, Network.of([], names={"10.0.0.4": "WEB1"}))
    {'10.0.0.4': '10.0.0.4  ·  WEB1'}
    """
    carried, ends = names_carried(about), {*table["src_ip"], *table["dst_ip"]}
    kept = {text: carried[text] for text in ends if text in carried}
    return kept if own is None else kept | called(table, own_networks(about, own))


def _logged_by_guids(table: object) -> dict[str, str]:
    found = found_once(table, "logged", lambda: _logged(table)).dropna()
    found = found[found["acl"].str.fullmatch(_GUID)].sort_values(["rows", "resource"])
    return dict(zip(found["acl"], found["resource"], strict=True))  # the last counts: the most frequent


def _logged(table: object) -> pd.DataFrame:
    rows = Rows.of(table, ["acl", "resource"], coded=["acl", "resource"])
    pairs = rows.aggregate(["acl", "resource"], rows=nw.len().cast(nw.Int64))
    return pairs.collect({"acl": "str", "resource": "str", "rows": "int64"})
