"""JSON that tells of addresses: which kind it is, and what it says."""

from pathlib import Path
from typing import Any

import msgspec

from nsgkit.enrich.context import Context, FeedFile, KnownPrefix, Problem
from nsgkit.enrich.files.azure import is_resource, read_resources
from nsgkit.enrich.files.entries import Said
from nsgkit.errors import NsgkitError


def is_json(text: str) -> bool:
    """Return whether a text begins as JSON does, and not as TOML, whose tables begin with brackets too.

    >>> is_json(' [{"name": 3}]'), is_json("[[networks]]"), is_json("[]"), is_json("[section]")
    (True, False, True, False)
    """
    begin = text.lstrip()[:1]
    inside = text.lstrip()[1:].lstrip()[:1]
    return begin == "{" or (begin == "[" and inside in ("{", "]", ""))


def read_json(path: Path, text: str) -> Context:
    """Return what JSON says; NsgkitError where it cannot be read, or is none that is known.

    >>> read_json(Path("e.json"), '{"type": "bundle", "objects": []}').feeds[0].name
    'e.json'
    """
    told = _parsed(path, text)
    if _is_service_tags(told):
        return Context(service_tags=(path,))
    if _is_feed(told):
        return Context(feeds=(FeedFile(path, path.name),))
    listed = _resources(told)
    if not any(is_resource(item) for item in listed):
        raise NsgkitError(
            f"{path} lists nothing that tells of addresses. Give what az network vnet list, az network nic "
            "list or az vm list-ip-addresses prints, ServiceTags_Public.json, or a MISP event or STIX bundle."
        )
    return split(read_resources(listed, path.name))


def split(said: "list[Said] | Any") -> Context:
    """Return entries and problems, each in its place.

    >>> len(split([Problem("a.csv", "line 1", "It is empty.")]).problems)
    1
    """
    held = [*said]
    return Context(
        tuple(each for each in held if isinstance(each, KnownPrefix)),
        problems=tuple(each for each in held if isinstance(each, Problem)),
    )


def _parsed(path: Path, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise NsgkitError(f"{path} is no JSON: {error}. Save what az prints with -o json.") from error
    except RecursionError:
        raise NsgkitError(f"{path} is no JSON that can be read: it is nested too deeply.") from None


def _resources(told: Any) -> list[Any]:
    """Return a list of resources: as `az` lists them, as the service itself does, or one that `az` shows."""
    if isinstance(told, dict) and isinstance(told.get("value"), list):
        return list(told["value"])
    return told if isinstance(told, list) else [told]


def _is_service_tags(told: Any) -> bool:
    return isinstance(told, dict) and "changeNumber" in told and isinstance(told.get("values"), list)


def _is_feed(told: Any) -> bool:
    """Return whether it is a STIX bundle, or one or several events of MISP."""
    if isinstance(told, list):
        return bool(told) and isinstance(told[0], dict) and "Event" in told[0]
    if not isinstance(told, dict):
        return False
    response = told.get("response")
    return "Event" in told or told.get("type") == "bundle" or (bool(response) and _is_feed(response))
