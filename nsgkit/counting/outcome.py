"""How an attempt ended, as counters tell it: the one rule of detections and of their pictures."""

import narwhals as nw
import pandas as pd

from nsgkit import schema

REFUSAL = (2, 44)  # packets back, and bytes each, at most: a reset
_NEEDED = ("decision", "answered", "packets_dst_to_src", "bytes_dst_to_src")


def outcome() -> nw.Expr:
    """Return how an attempt ended: denied, unanswered, refused, answered, or unknown (no counters)."""
    packets, size = nw.col("packets_dst_to_src"), nw.col("bytes_dst_to_src")
    most, each = REFUSAL
    refused = (packets > 0) & (packets <= most) & (size <= packets * each)
    return (
        nw.when(nw.col("decision") == "denied")
        .then(nw.lit("denied"))
        .otherwise(
            nw.when(~nw.col("answered"))
            .then(nw.lit("unanswered"))
            .otherwise(
                nw.when(refused)
                .then(nw.lit("refused"))
                .otherwise(nw.when(nw.col("answered")).then(nw.lit("answered")).otherwise(nw.lit("unknown")))
            )
        )
    )


def outcomes(conversations: pd.DataFrame) -> "pd.Series[str]":
    """Return how each conversation of a pandas table ended.

    >>> row = {"decision": "denied", "answered": False, "packets_dst_to_src": None, "bytes_dst_to_src": None}
    >>> outcomes(pd.DataFrame([row])).tolist()
    ['denied']
    """
    schema.require(conversations.columns, _NEEDED, "nsgkit.conversations")
    known = conversations[[*_NEEDED]].astype({"decision": "str", "answered": "boolean"})
    known = known.astype(dict.fromkeys(_NEEDED[2:], "Int64"))
    return nw.from_native(known).select(outcome=outcome()).to_native()["outcome"].astype("str")
