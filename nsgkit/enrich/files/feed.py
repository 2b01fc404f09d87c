"""A threat feed on disk, ready to be asked: its prefixes, what it says of each, and what is of no use."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from nsgkit.enrich.context import FeedFile, Problem
from nsgkit.enrich.files.indicators import Indicator, indicators
from nsgkit.enrich.prefixes import PrefixIndex, Span, spans_of
from nsgkit.enrich.special_purpose import BENCHMARKING, DOCUMENTATION, PUBLIC, scopes_of_spans
from nsgkit.errors import NsgkitError, shown

_LOG = logging.getLogger(__name__)
_KEPT = 16  # files
_TOLD = 20  # problems of one file, before they are only counted
_LONGEST = 80  # characters of what a feed calls a thing
# Nobody has more addresses than a /8 of IPv4 or a /16 of IPv6 holds.
_WIDEST_4, _WIDEST_6 = 1 << 24, 1 << 112
_IPV4 = 0xFFFF  # above the lower 32 bits of each span of IPv4


class Feed(NamedTuple):
    """What a feed says: the span of each of its prefixes, what is said of it, and what could not be used."""

    prefixes: PrefixIndex
    spans: list[Span]
    labels: list[str]
    problems: tuple[Problem, ...]


def read_feed(feed: FeedFile) -> Feed:
    """Return what a feed says, read anew only where its file has changed; NsgkitError where it is none.

    Lines of addresses or prefixes with comments behind `#` or `;`, CSV with a header that names the column of
    addresses, a MISP event or a STIX 2.1 bundle.
    """
    try:
        state = feed.path.stat()
        return _read(feed, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise NsgkitError(
            f"{feed.path} cannot be read: {error.strerror}. Give the file of a feed."
        ) from error


@lru_cache(maxsize=_KEPT)
def _read(feed: FeedFile, changed: int, size: int) -> Feed:
    """Return what a feed says as it is at that moment."""
    try:
        found = [*indicators(feed.path.read_text("utf-8-sig"))]
    except (ValueError, RecursionError) as error:  # of JSON, of UTF-8, or of none of our forms
        raise NsgkitError(
            f"{feed.path} is no feed: {error}. Give lines of addresses, CSV with a column `ip`, a MISP event "
            "or a STIX 2.1 bundle."
        ) from error
    spans = spans_of([one.text for one in found])
    scopes = iter(scopes_of_spans([span for span in spans if span]))
    said: dict[Span, dict[str, None]] = {}
    problems = []
    for one, span in zip(found, spans, strict=True):
        wrong = _wrong(one, span, next(scopes) if span else None)
        if wrong := one.unusable or wrong:
            problems.append(Problem(str(feed.path), one.where, f"{shown(one.text)} does not count: {wrong}."))
        elif span:
            said.setdefault(span, {})[_label(feed, one)] = None
    if not said:
        problems.insert(0, Problem(str(feed.path), "all of it", "The feed names no address that counts."))
    if problems:
        _LOG.warning(
            "%s: %s of its %s entries do not count. nsgkit.enrich.feed_problems tells which.",
            feed.path, f"{len(problems):,}", f"{len(found):,}",
        )  # fmt: skip
    labels = ["; ".join(each) for each in said.values()]
    return Feed(PrefixIndex.of_spans(said), [*said], labels, few(problems, feed.path))


def few(problems: list[Problem], path: Path) -> tuple[Problem, ...]:
    """Return the first problems of a file, and how many more there are.

    >>> few([Problem("a.txt", "line 1", "is bad")] * 22, Path("a.txt"))[-1].what
    '2 more of its entries do not count.'
    """
    rest = len(problems) - _TOLD
    more = (
        [Problem(str(path), "further on", f"{rest:,} more of its entries do not count.")] if rest > 0 else []
    )
    return (*problems[:_TOLD], *more)


def _wrong(one: Indicator, span: Span | None, scope: str | None) -> str:
    """Return why an indicator is of no use; an empty text where it is."""
    if span is None:
        return "it is no address or prefix"
    if span[1] - span[0] + 1 > (_WIDEST_4 if span[0] >> 32 == _IPV4 else _WIDEST_6):
        return "so wide a prefix would mark whole continents"
    if scope not in (PUBLIC, DOCUMENTATION, BENCHMARKING):
        return f"it is {scope}, and not on the internet" if scope else "not all of it is on the internet"
    return ""


def _label(feed: FeedFile, one: Indicator) -> str:
    kind = " ".join(one.type.split())[:_LONGEST]
    day = one.date or feed.date or "date unknown"
    until = f", valid until {one.until}" if one.until else ""
    return f"{feed.name}{f' ({kind})' if kind else ''}, {day}{until}"
