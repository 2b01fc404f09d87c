"""Which threat feeds name an address: files that the analyst gives, and nothing that is fetched."""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit.counting.frame import Native
from nsgkit.enrich.context import Problem
from nsgkit.enrich.facts import with_facts
from nsgkit.enrich.files.feed import few, read_feed
from nsgkit.enrich.network import Network, Own, as_given
from nsgkit.enrich.prefixes import NOWHERE


def threat(table: Any, *, network: Own = None) -> Native:
    """Return `table` with `src_threat` and `dst_threat`: which feeds name the address, as what, of which day.

    Such as "abuse feed (botnet), 2024-12-17"; the day is that of the entry, else of the feed, else "date
    unknown". Of several prefixes of one feed the longest counts, of several feeds all, with semicolons
    between them. What a STIX feed calls valid until a day keeps its mark and says the day: the logs are
    older than today. Null where no feed names the address, or none is given: that does not say that it is
    harmless. An address of the own networks has no mark; `feed_problems` tells where a feed names one.

    A feed is a file of `[[feeds]]` in network.toml: lines of addresses or prefixes with comments behind `#`
    or `;`, CSV with a header, a MISP event (`to_ids` true), or a STIX 2.1 bundle of indicators that ask for
    an address and nothing more. Entries that are no address, that are not on the internet, such as
    10.0.0.0/8, or that are wider than a /8 (IPv6: a /16) do not count; `feed_problems` tells them.

    Harmless look-alikes: an address of a content network or a cloud that somebody else had when the feed was
    made; a scanner of researchers that a feed lists.

    Parameters
    ----------
    table : table
        Any with `src_ip` and `dst_ip`: the flow table, what `nsgkit.conversations` or a detection gives.
    network : Network, iterable of str or path, str, path or None
        What is known beside the logs, as for `nsgkit.enrich.own_networks`: the feeds among it.

    Returns
    -------
    table
        As `table` is, with the same rows and two columns more.

    Raises
    ------
    MissingColumnError
        Where the table has no such column.
    NsgkitError
        Where a feed cannot be read, or has none of these forms.

    Examples
    --------
    >>> table = pd.DataFrame({"src_ip": ["10.0.0.4"], "dst_ip": ["198.51.100.240"]})
    >>> threat(table)["dst_threat"].isna().all()  # no feed is given
    np.True_

    Source: MISP core format; OASIS, STIX 2.1.
    """
    known = as_given(network)
    return with_facts(table, lambda texts: {"threat": threats_of(texts, known)})


def feed_problems(network: Own) -> tuple[Problem, ...]:
    """Return what in the given feeds does not count: the file, where in it, and why; of each the first 20.

    Parameters
    ----------
    network : Network, iterable of str or path, str or path
        What is known beside the logs, as for `threat`.

    Returns
    -------
    tuple of Problem
        Each with `file`, `where` and `what`; empty where all of every feed counts.

    Raises
    ------
    NsgkitError
        As from `threat`.

    Examples
    --------
    >>> feed_problems(Network.of(["10.0.0.0/8"]))
    ()
    """
    known = as_given(network)
    found: list[Problem] = []
    for given in known.context.feeds:
        feed = read_feed(given)
        own = [
            Problem(
                str(given.path), label, "An own network is in the feed, or has a part of it: no mark there."
            )
            for label, is_own in zip(feed.labels, known.touches_subnets(feed.spans), strict=True)
            if is_own
        ]
        found += [*feed.problems, *few(own, given.path)]
    return tuple(found)


def threats_of(texts: "pd.Index[Any]", network: Network) -> list[str | None]:
    """Return of each text what the feeds say of it; None where none names it.

    >>> threats_of(pd.Index(["198.51.100.240"]), Network.of([]))
    [None]
    """
    said: list[str | None] = [None] * len(texts)
    if network.context.feeds:
        own = network.in_subnets(texts)
        for given in network.context.feeds:
            feed = read_feed(given)
            places = np.where(own, NOWHERE, feed.prefixes.find(texts))
            for at in np.flatnonzero(places != NOWHERE).tolist():
                label, before = feed.labels[places[at]], said[at]
                said[at] = f"{before}; {label}" if before else label
    return said
