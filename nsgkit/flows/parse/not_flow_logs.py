"""What a blob without a single flow record is: other logs of Azure's, and flow logs that a tool packed.

They lie under the same names as flow logs, so that only their content tells.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice, starmap
from typing import Any

from nsgkit.flows.parse.any_form import is_record
from nsgkit.flows.parse.records_within import FLOW_LOGS, Piece

_LOOKED_AT = 20  # objects: what they are, the others are too
_DEPTH = 4
_ACTIVITY = {
    "Administrative", "Security", "ServiceHealth", "Alert", "Recommendation", "Policy", "Autoscale",
    "ResourceHealth", "Action", "Write", "Delete",
}  # fmt: skip
# Columns of AzureNetworkAnalytics_CL and NTANetAnalytics, without the letter for the type.
_TRAFFIC_ANALYTICS = {
    "flowstarttime", "flowendtime", "flowtype", "srcip", "destip", "srcpublicips", "destpublicips",
    "publicips", "aclrule", "aclgroup", "nsgrule", "nsgrules", "nsglist", "l4protocol", "l7protocol",
    "flowdirection", "flowstatus", "faschemaversion", "allowedinflows", "deniedinflows",
}  # fmt: skip
_COLUMN = re.compile(r"\w+")
_TYPE = re.compile(r"_[a-z]$")
_TUPLE = re.compile(r"\s*[0-9]{10,13},[^,]{2,45},[^,]{2,45},[0-9]{1,5},[0-9]{1,5},")
_RESOURCE = {"operationName", "resourceId"}
_ELSEWHERE = "keep it apart from the flow logs"
_ANALYTICS = "rows of Traffic Analytics, which sums up and drops source ports: read the flow logs themselves"


def name_other(data: bytes | memoryview, pieces: Sequence[Piece]) -> str | None:
    """Say what a blob is that holds no flow record, and what to do; None where nobody knows.

    >>> line = b'{"time": "2024-12-19T09:00:00Z", "metricName": "BytesSentRate", "timeGrain": "PT1M"}'
    >>> name_other(line, [Piece(line, 0)])
    'metrics of Azure Monitor, no flow log: keep it apart from the flow logs'
    """
    if any(is_record(piece.raw) for piece in pieces if not piece.reason):
        return None
    if _is_traffic_analytics(_COLUMN.findall(bytes(data[:4096]).decode("latin-1").split("\n")[0])):
        return _ANALYTICS
    return next(filter(None, (_name(value) for value in islice(_objects(pieces), _LOOKED_AT))), None)


def _objects(pieces: Sequence[Piece]) -> Iterator[dict[str, Any]]:
    for piece in pieces:
        try:
            value = json.loads(bytes(piece.raw))
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def _name(value: dict[str, Any]) -> str | None:
    if "metricName" in value and "timeGrain" in value:
        return f"metrics of Azure Monitor, no flow log: {_ELSEWHERE}"
    if _is_traffic_analytics(value):
        return _ANALYTICS
    return next(filter(None, starmap(_packed, _texts(value))), None) or _other_log(value)


def _packed(key: str, text: str) -> str | None:
    """Say how flow logs stand in a text, as other tools put them there."""
    if "flowTuples" in text:
        return f"flow logs as text in {key[:60]!r}: extract that field, one record a line, and read again"
    if _TUPLE.match(text):
        return f"flow tuples one a line, as text in {key[:60]!r}: read the blobs that they were taken from"
    return None


def _other_log(value: dict[str, Any]) -> str | None:
    category = value.get("category")
    if not isinstance(category, str) or category in FLOW_LOGS or not _RESOURCE.intersection(value):
        return None
    if category in _ACTIVITY or "identity" in value:
        return f"Azure's activity log, no flow log: {_ELSEWHERE}"
    return f"a resource log of the category {category[:60]!r}, no flow log: {_ELSEWHERE}"


def _texts(value: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield each text inside a value with its key."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict) and depth < _DEPTH:
        for name, item in value.items():
            yield from _texts(item, name, depth + 1)
    elif isinstance(value, list) and depth < _DEPTH:
        for item in value:
            yield from _texts(item, key, depth + 1)


def _is_traffic_analytics(names: Sequence[str] | dict[str, Any]) -> bool:
    return len({_TYPE.sub("", name).lower() for name in names} & _TRAFFIC_ANALYTICS) > 2
