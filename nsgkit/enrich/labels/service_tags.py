"""Which of Azure's services an address is of, by the list of service tags that Microsoft publishes."""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pandas as pd

from nsgkit.counting.frame import Native
from nsgkit.enrich.facts import with_facts
from nsgkit.enrich.network import Network, Own, as_given
from nsgkit.enrich.prefixes import NOWHERE, PrefixIndex, Span, spans_of
from nsgkit.errors import NsgkitError, shown

_GENERIC = "AzureCloud"  # all of Azure, or of one region: it names no service
_PAGE = 'Microsoft\'s download centre has it as "Azure IP Ranges and Service Tags – Public Cloud" (id 56519)'
_KEPT = 4  # files


class _Properties(msgspec.Struct):
    prefixes: list[str] = msgspec.field(name="addressPrefixes")
    region: str | None = None


class _Tag(msgspec.Struct):
    name: str
    properties: _Properties


class _File(msgspec.Struct):
    values: list[_Tag]
    change: int | str | None = msgspec.field(name="changeNumber", default=None)


class ServiceTags(NamedTuple):
    """A list of service tags, ready to be asked: services first, all of Azure where none of them is."""

    services: tuple[PrefixIndex, list[str]]
    clouds: tuple[PrefixIndex, list[str]]
    source: str  # the file, and which change of the list it is

    def find(self, texts: "pd.Index[Any]") -> list[str | None]:
        """Return of each text the tag of the longest prefix that it lies in; None where it lies in none."""
        service, cloud = (_named(index.find(texts).tolist(), tags) for index, tags in self[:2])
        return [first or second for first, second in zip(service, cloud, strict=True)]


def service_tag(table: Any, *, network: Own = None) -> Native:
    """Return `table` with `src_service_tag` and `dst_service_tag`: Azure's service at that address, or null.

    The tag of the longest prefix counts. Of several on one prefix it is the most specific: a service in a
    region (Storage.NorthEurope), then a service (Storage); of several alike all, with commas between them.
    AzureCloud.northeurope, or AzureCloud, stands only where no service does: a machine that somebody rented
    there is as likely as Microsoft's own.

    The list is a file that the analyst gives, ServiceTags_Public_….json: Microsoft's download centre has it
    as "Azure IP Ranges and Service Tags – Public Cloud" (id 56519; 57063 of the US Government's, 57062 of
    China's), new every week, and `az network list-service-tags` gives the same. Nothing is fetched. Without
    the file the columns are null, which does not say that an address is none of Azure's. Take a file of the
    days of the logs: addresses move.

    Parameters
    ----------
    table : table
        Any with `src_ip` and `dst_ip`: the flow table, what `nsgkit.conversations` or a detection gives.
    network : Network, iterable of str or path, str, path or None
        What is known beside the logs, as for `nsgkit.enrich.own_networks`: the file among it.

    Returns
    -------
    table
        As `table` is, with the same rows and two columns more.

    Raises
    ------
    MissingColumnError
        Where the table has no such column.
    NsgkitError
        Where the file cannot be read, or is no list of service tags.

    Examples
    --------
    >>> table = pd.DataFrame({"src_ip": ["10.0.0.4"], "dst_ip": ["20.38.98.100"]})
    >>> service_tag(table)["dst_service_tag"].isna().all()  # no file is given
    np.True_

    Source: Microsoft Learn, "Virtual network service tags".
    """
    known = as_given(network)
    return with_facts(table, lambda texts: {"service_tag": tags_of(texts, known)})


def tags_of(texts: "pd.Index[Any]", network: Network) -> list[str | None]:
    """Return the service tag of each text, by the first of the given files that has one.

    >>> tags_of(pd.Index(["20.38.98.100"]), Network.of([]))
    [None]
    """
    found: list[str | None] = [None] * len(texts)
    for path in network.context.service_tags:
        more = read_service_tags(path).find(texts)
        found = [first or second for first, second in zip(found, more, strict=True)]
    return found


def read_service_tags(path: Path) -> ServiceTags:
    """Return the list of service tags of a file, read anew only where it has changed."""
    try:
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise NsgkitError(f"{path} cannot be read: {error.strerror}. {_PAGE}.") from error


@lru_cache(maxsize=_KEPT)
def _read(path: Path, changed: int, size: int) -> ServiceTags:
    """Return the list of a file as it is at that moment."""
    try:
        told = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NsgkitError(f"{path} is no list of service tags: {error}. {_PAGE}.") from error
    texts = [*{text: None for tag in told.values for text in tag.properties.prefixes}]
    spans = dict(zip(texts, spans_of(texts), strict=True))
    if bad := next((text for text, span in spans.items() if span is None), None):
        raise NsgkitError(f"{path} has a prefix that is none: {shown(bad)}. {_PAGE}.")
    services = [tag for tag in told.values if not _is_generic(tag)]
    clouds = [tag for tag in told.values if _is_generic(tag)]
    source = path.name if told.change is None else f"{path.name}, change {told.change}"
    return ServiceTags(_index(services, spans), _index(clouds, spans), source)


def _is_generic(tag: _Tag) -> bool:
    return tag.name.partition(".")[0] == _GENERIC


def _index(tags: list[_Tag], spans: dict[str, Span | None]) -> tuple[PrefixIndex, list[str]]:
    """Return the index of all prefixes of tags, and what stands on each: those of a region alone, or all."""
    best: dict[Span, tuple[bool, dict[str, None]]] = {}
    for tag in sorted(tags, key=lambda tag: (not _region(tag), tag.name)):
        everywhere = not _region(tag)
        for text in tag.properties.prefixes:
            if span := spans[text]:
                least, names = best.setdefault(span, (everywhere, {}))
                if least == everywhere:
                    names[tag.name] = None
    return PrefixIndex.of_spans(best), [", ".join(names) for _, names in best.values()]


def _region(tag: _Tag) -> str:
    """Return the region that a tag is of; its name tells where the list does not."""
    return tag.properties.region or tag.name.partition(".")[2]


def _named(places: list[int], tags: list[str]) -> list[str | None]:
    return [tags[place] if place != NOWHERE else None for place in places]
