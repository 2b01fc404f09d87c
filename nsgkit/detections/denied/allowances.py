"""Where sources that were denied were allowed: at the same address and port, or anywhere else."""

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import distinct
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import ATTEMPT, one_view
from nsgkit.detections.denied.purposes import DOOR
from nsgkit.enrich.sides import FROM_OUTSIDE

_ALLOWED = nw.col("decision") == "allowed"
_TEXTS = {"src_ip": "str", "dst_ip": "str", "dst_port": "Int64", "protocol": "str"}
NEAR = _TEXTS | {"src_port": "Int64", "first_ms": "int64", "began": "int64", "rule": "str"}
_TOLD = ["allowed_first", "allowed_last", "allowed_to"]


def denied_doors(rows: Rows) -> Rows:
    """Return the doors that denied a source, found once: several questions follow."""
    return rows.filter(nw.col("outcome") == "denied").aggregate(DOOR, n=nw.len()).materialize()


def at_denied_doors(rows: Rows, doors: Rows) -> Rows:
    """Return what was allowed at doors that denied the same source as well."""
    return rows.filter(_ALLOWED).join(doors, DOOR, "semi")


def allowed_at_doors(denied: pd.DataFrame, near: Rows) -> pd.DataFrame:
    """Return of each door where its source was allowed as well: when, by which rule, whether later.

    `near` is what `at_denied_doors` gives. The index is the number of the door. A connection that one NIC let
    out and another denied is no allowance.
    """
    allowed = _allowed_at(denied, near)
    later = (allowed["first_ms"] > allowed["denied_ms"]) & (allowed["began"] == 1)
    # The rule that let it in after it was denied stands first, where there is one.
    allowed = allowed.assign(later=later, turned=~later).sort_values(["turned", "first_ms", "rule"])
    groups = allowed.groupby("door")
    told = groups.agg(
        allowed_first=("first_ms", "min"),
        allowed_last=("first_ms", "max"),
        later=("later", "max"),
    )
    same = allowed.drop_duplicates("door").set_index("door").rename(columns={"rule": "allowed_by"})
    told = told.join(same[["dst_ip", "dst_port", "allowed_by", "denied_by"]])
    return told.assign(changed=_changed(told), allowed_to=_places(told))


def _allowed_at(denied: pd.DataFrame, near: Rows) -> pd.DataFrame:
    """Return what was allowed at doors that denied as well: beside it the door, its first denial and rule."""
    found = near.collect(NEAR).assign(outcome="allowed")
    mine = denied[denied["src_ip"].isin(found["src_ip"])].astype({"src_port": "Int64", "dst_port": "Int64"})
    mine = mine.astype(dict.fromkeys(("src_ip", "dst_ip", "protocol"), "str")).assign(outcome="denied")
    both = one_view(pd.concat([found, mine[[*ATTEMPT, "first_ms", "outcome"]]], ignore_index=True))
    doors = mine.drop_duplicates("door")[[*DOOR, "door", "first_ms", "rule"]]  # they are in time order
    doors = doors.rename(columns={"first_ms": "denied_ms", "rule": "denied_by"})
    return both[both["outcome"] == "allowed"].merge(doors, on=DOOR)


def allowed_elsewhere(rows: Rows, doors: Rows) -> pd.DataFrame:
    """Return of each denied source where it was allowed most often, at doors that never denied it.

    The index is the source's address.
    """
    sources = doors.select("src_ip").unique()
    allowed = rows.filter(_ALLOWED).join(sources, ["src_ip"], "semi").join(doors, DOOR, "anti")
    counted = allowed.aggregate(
        ["src_ip", "dst_ip", "dst_port"],
        n=nw.len(),
        allowed_first=nw.col("first_ms").min(),
        allowed_last=nw.col("first_ms").max(),
    )
    best = counted.with_columns(_most=nw.col("n").max().over("src_ip")).filter(nw.col("n") == nw.col("_most"))
    found = best.collect(
        {"src_ip": "str", "dst_ip": "str", "dst_port": "Int64", "n": "int64"}
        | dict.fromkeys(_TOLD[:2], "int64")
    )
    order = ["n", "allowed_first", "dst_ip", "dst_port"]
    most = found.sort_values(order, ascending=[False, True, True, True]).drop_duplicates("src_ip")
    return most.assign(allowed_to=_places(most)).set_index("src_ip")[_TOLD]


def let_in(rows: Rows, doors: Rows, public: int) -> "pd.Index[str]":
    """Return the denied sources that were allowed where fewer than `public` outside sources were."""
    denied = doors.select("src_ip").unique()
    door, allowed = DOOR[1:], rows.filter(_ALLOWED)
    reached = allowed.filter(nw.col(FROM_OUTSIDE)).aggregate(door, _sources=distinct("src_ip"))
    for_all = reached.filter(nw.col("_sources") >= public)
    mine = allowed.join(denied, ["src_ip"], "semi").join(for_all, door, "anti").select("src_ip").unique()
    found: pd.Index[str] = pd.Index(mine.collect({"src_ip": "str"})["src_ip"])
    return found


def _places(table: pd.DataFrame) -> "pd.Series[str]":
    hosts = table["dst_ip"].astype("str")
    hosts = hosts.mask(hosts.str.contains(":", regex=False), "[" + hosts + "]")
    return hosts + ":" + table["dst_port"].astype("str")


def _changed(told: pd.DataFrame) -> "pd.Series[str]":
    """Say which rule denied and which allowed, in the order of time."""
    rules = told[["denied_by", "allowed_by"]].astype("object").fillna("a rule that is not logged")
    denied, allowed = "denied by " + rules["denied_by"], "allowed by " + rules["allowed_by"]
    return (denied + ", then " + allowed).where(told["later"], allowed + ", then " + denied)
