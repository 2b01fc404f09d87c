"""What the logs say to the letter: the raw tuple behind a row, where it stands, and the hash of its blob."""

from typing import Any

import pandas as pd

from nsgkit.explore.workbench.held import values_of
from nsgkit.html import visible


def raw_tuple(logs: Any, of: pd.Series) -> str:
    """Return the raw tuple behind a row, its place and its blob's SHA-256; nothing without logs."""
    if logs is None or "tuple" not in of:
        return ""
    place = f"record {of['record']}, tuple {of['tuple']} of {of['blob']}"
    return f"{logs.raw(of)}\n{place}\nSHA-256 {digests(logs).get(of['blob'])}"


def digests(logs: Any) -> dict[str, str]:
    """Return the SHA-256 of each blob, as far as it is known."""
    return {} if logs is None else logs.blobs.set_index("name")["sha256"].to_dict()


def sources(chosen: object, logs: Any) -> list[str]:
    """Say from which blobs conversations came: SHA-256 and name, as sha256sum writes them."""
    names, known = sorted(values_of(chosen, "blob")), digests(logs)
    lines = (f"{known.get(name) or 'unknown':64}  {visible(name)}" for name in names)
    return ["Their first rows stand in:", *lines]
