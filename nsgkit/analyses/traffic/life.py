"""The question: what these logs know of one address, or of one port."""

from ipaddress import ip_network
from numbers import Integral
from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.filters.grammar import parse, quoted
from nsgkit.analyses.filters.select import in_column, query
from nsgkit.counting.countable import sums_fit
from nsgkit.counting.expressions import distinct, known_sum, one_if
from nsgkit.counting.frame import Rows, as_table
from nsgkit.counting.measures import counted_rows, measured
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema import LIFE

_TYPES = schema.types(LIFE)
_COUNTS = [name for name, dtype in _TYPES.items() if dtype == "int64"]
_UNITS = ("bytes", "packets")
_VOLUMES = [f"{unit}_{way}" for unit in _UNITS for way in ("sent", "received")]
_DECISIONS = ("allowed", "denied")
_ENDS = ("either", "source", "destination")
_HIGHEST_PORT = 65_535
_NEEDED = ("src_ip", "dst_ip", "src_port", "dst_port", "protocol", "acl", "rule", "first")


def life(conversations: object, *, address: str | None = None, port: int | None = None) -> pd.DataFrame:
    """Return what is known of one address, or of one port: when it was seen, how often, and how much it sent.

    Counting rule: as in `breakdown`, each connection and denied attempt once. What was sent and received is
    told from the side of the address or port, whoever called. A conversation that has it at both ends
    counts in both rows, source and destination, and once in either. First and last seen are of all that was
    logged of it, second views included; first and last allowed (or denied) say when such a conversation was
    first seen, which is when a rule decided.

    Harmless look-alikes: an address behind which many machines stand, such as a gateway's. A port is seen
    as source too where it was an initiator's own, by chance (above 1023) or as a service's late answer.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    address : str or None
        One address, as it stands in the logs.
    port : int or None
        One port, of any protocol. Give an address or a port, not both.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.LIFE`, in three rows: seen as either, source, destination. An end at which it
        was never seen counts 0, and its times and sizes are null. Without any conversations there are no
        rows: then nothing can be said of it.

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.
    NsgkitError
        Where it is not asked for one address or one port, or a sum needs more than 64 bits.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> his = life(conversations, address="203.0.113.199").iloc[0]
    >>> f"first denied at {his['first_denied']:%H:%M}, first allowed at {his['first_allowed']:%H:%M}"
    'first denied at 01:06, first allowed at 08:17'
    """
    chosen = query(as_table(conversations), terms_of_life(address=address, port=port)[0])
    rows = counted_rows(chosen, *_NEEDED, texts=("src_ip", "dst_ip"))
    asked: list[Any] = [parse(terms)[0] for terms in terms_of_life(address=address, port=port)[1:]]
    at_source, at_destination = (in_column(term, term.columns[0], rows) for term in asked)
    called = _at_end(rows.filter(at_destination), "destination", again=one_if(at_source) == 1)
    ends = _at_end(rows.filter(at_source), "source", again=nw.lit(value=False)).concat(called).materialize()
    seen = ends.concat(ends.with_columns(seen_as=nw.lit("either")))
    with sums_fit(chosen):
        counted = measured(seen.filter((nw.col("seen_as") != "either") | ~nw.col("_again")), ["seen_as"])
        found = counted.join(_told(seen), ["seen_as"]).collect(_TYPES)
    return found if found.empty and _is_empty(conversations) else _each_end(found)


def terms_of_life(*, address: str | None = None, port: int | None = None) -> tuple[str, str, str]:
    """Return the filters that keep what `life` counts: of either end, as source, as destination.

    >>> terms_of_life(address="203.0.113.9")
    ('ip:203.0.113.9', 'src:203.0.113.9', 'dst:203.0.113.9')
    >>> terms_of_life(port=22)
    ('port:22', 'src_port:22', 'dst_port:22')
    """
    if (address is None) == (port is None):
        raise NsgkitError("life is of one address or of one port: give address='203.0.113.9', or port=22.")
    if port is not None:
        return f"port:{_number(port)}", f"src_port:{_number(port)}", f"dst_port:{_number(port)}"
    value = quoted(_one_address(address), "ip")
    return f"ip:{value}", f"src:{value}", f"dst:{value}"


def _at_end(rows: Rows, seen_as: str, *, again: nw.Expr) -> Rows:
    """Return rows that have it at one end, with what is at the other, and what it sent and received.

    `again` tells those that have it at both ends: as destination they come once more.
    """
    sent, received = ("src_to_dst", "dst_to_src") if seen_as == "source" else ("dst_to_src", "src_to_dst")
    once = nw.when(~nw.col("folded"))
    ways = {"sent": sent, "received": received}
    return rows.with_columns(
        seen_as=nw.lit(seen_as),
        _again=again,
        _other=once.then(nw.col("dst_ip" if seen_as == "source" else "src_ip")),
        **{f"_{u}_{name}": once.then(nw.col(f"{u}_{way}")) for u in _UNITS for name, way in ways.items()},
    )


def _told(ends: Rows) -> Rows:
    """Return what the measures of traffic do not tell of each end."""
    once = nw.when(~nw.col("folded"))
    rows = ends.fingerprint(_service=["protocol", "dst_port"], _rule=["acl", "rule"])
    rows = rows.with_columns(
        _source=once.then(nw.col("src_ip")),
        _destination=once.then(nw.col("dst_ip")),
        _service=once.then(nw.col("_service")),
        _rule=nw.when(~nw.col("rule").is_null()).then(nw.col("_rule")),
        **{f"_{d}": nw.when(nw.col("decision") == d).then(nw.col("first")) for d in _DECISIONS},
    )
    distincts = {"sources": "_source", "destinations": "_destination", "peers": "_other"}
    distincts |= {"ports": "_service", "rules": "_rule"}
    return rows.aggregate(
        ["seen_as"],
        **{f"first_{d}": nw.col(f"_{d}").min() for d in _DECISIONS},
        **{f"last_{d}": nw.col(f"_{d}").max() for d in _DECISIONS},
        **{name: known_sum(f"_{name}") for name in _VOLUMES},
        **{name: distinct(column) for name, column in distincts.items()},
    )


def _each_end(found: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each end, with zeros where it was never seen."""
    never = schema.empty(LIFE).reindex(range(3)).assign(seen_as=_ENDS, **dict.fromkeys(_COUNTS, 0))
    missing = never[~never["seen_as"].isin(found["seen_as"])]
    every = pd.concat([found, missing.astype(_TYPES)]).astype(_TYPES)
    return every.sort_values("seen_as", ignore_index=True)


def _is_empty(conversations: object) -> bool:
    return Rows.of(conversations, ["first"]).head(1).collect({"first": _TYPES["first"]}).empty


def _one_address(given: object) -> str:
    """Return an address as it is; a prefix is none."""
    text = given.strip() if isinstance(given, str) else str(given)
    if isinstance(given, str) and text and not _is_prefix(text):
        return text
    raise NsgkitError(
        f"address takes one address, such as '203.0.113.9', not {shown(given)}. For a prefix, choose its "
        "conversations with nsgkit.query(conversations, 'ip:203.0.113.0/24'), and ask breakdown of them."
    )


def _is_prefix(text: str) -> bool:
    try:
        return "/" in text and bool(ip_network(text, strict=False))
    except ValueError:
        return False


def _number(port: object) -> int:
    if isinstance(port, Integral) and not isinstance(port, bool) and 0 <= int(port) <= _HIGHEST_PORT:
        return int(port)
    raise NsgkitError(f"port takes a number from 0 to 65535, such as 22, not {shown(port)}.")
