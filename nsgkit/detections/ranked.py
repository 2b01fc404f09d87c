"""All detections in one ranked table."""

from collections.abc import Iterable, Mapping

import pandas as pd

from nsgkit import schema
from nsgkit.counting.frame import as_table
from nsgkit.detections.attempts import attempts
from nsgkit.detections.form import Kind
from nsgkit.detections.kinds import KINDS
from nsgkit.detections.known import Known, entries, with_known
from nsgkit.detections.stories import numbered, scans_from_outside
from nsgkit.enrich.names import names_beside
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.errors import NsgkitError, shown
from nsgkit.progress import progress
from nsgkit.schema.findings import FINDING, FINDINGS

FAILING = 0.4  # what is left of the rank of an outsider's scan: outside, somebody scans always
_HEAD = [c.name for c in FINDING]


def findings(
    conversations: object, *, network: Own = None, known: Known = None, kinds: Iterable[str] | None = None
) -> pd.DataFrame:
    """Return what every detection finds with its defaults, in one table, the worst first.

    Counting rule: as each detection says. The rank is the score times how bad its kind is where it is
    true (`Kind.weight`), and of a scan from outside four tenths of that: outside, somebody scans always.
    Findings that share an address within a day make an incident, see `incidents`. What `known` names is not
    left out: it stands last, and its column `known` says why.

    Harmless look-alikes: each finding's `told` and `explain` say them.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    known : sequence of KnownEntry, str, path or None
        The allow-list: what `read_known` gives, or the path of a known.toml.
    kinds : iterable of str or None
        Which kinds to look for; None is all of them.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.FINDINGS`. Times are UTC. Where `network` or the conversations tell what an
        address is called, its name stands behind it in `told`, and pictures and tables say it too.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where `known`, `network` or `kinds` is none.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = findings(conversations, known="data/samples/known.toml")
    >>> found["incident"].tolist()[0]
    1

    Source: own.
    """
    listed = entries(known)
    own = own_networks(as_table(conversations), network)
    prepared = attempts(conversations, own)
    wanted = _wanted(kinds)
    parts = [_part(kind, kind.find(prepared, network=own)) for kind in progress(wanted, desc="Looking for")]
    parts = [part for part in parts if not part.empty]
    if not parts:
        return schema.empty(FINDINGS)
    whole = with_known(_ranked(pd.concat(parts, ignore_index=True), own), listed)
    whole = whole.assign(_known=whole["known"].notna())
    order = ["_known", "rank", "first", "kind", "src_ip", "dst_ip", "dst_port"]
    whole = whole.sort_values(order, ascending=[True, False, *[True] * 5], ignore_index=True)
    typed = schema.typed(numbered(whole, own), FINDINGS)
    return _told_by_name(typed, names_beside(typed, conversations, own))


def _told_by_name(found: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Let the sentences say what an address is called, where that is known."""
    told = [schema.with_names_behind(said, names) for said in found["told"]]
    return schema.carrying(found.assign(told=pd.Series(told, index=found.index, dtype="str")), names)


def _wanted(kinds: Iterable[str] | None) -> list[Kind]:
    if kinds is None:
        return [*KINDS]
    names = [kinds] if isinstance(kinds, str) else [*kinds]
    known = {kind.name: kind for kind in KINDS}
    if strange := [name for name in names if name not in known]:
        raise NsgkitError(f"There is no kind {shown(strange[0])}. There are {', '.join(known)}.")
    return [known[name] for name in names]


def _part(kind: Kind, found: pd.DataFrame) -> pd.DataFrame:
    """Return one detection's findings in the common form, its figures kept by their names."""
    names = [c.name for c in kind.table if c.name not in (*_HEAD, "rows")]
    figures = [
        {name: value for name, value in zip(names, values, strict=True) if not pd.isna(value)}
        for values in found[names].itertuples(index=False, name=None)
    ]
    told = [kind.told(finding) for _, finding in found.iterrows()]
    common = found[[*_HEAD, "rows"]].astype({"dst_port": "Int64"})
    return common.assign(
        told=pd.Series(told, index=found.index, dtype="str"),
        figures=pd.Series(figures, index=found.index, dtype="object"),
        rank=found["score"] * kind.weight,
    )


def _ranked(found: pd.DataFrame, own: Network) -> pd.DataFrame:
    noise = scans_from_outside(found, own)
    return found.assign(rank=(found["rank"] * noise.map({True: FAILING, False: 1.0})).round(3))
