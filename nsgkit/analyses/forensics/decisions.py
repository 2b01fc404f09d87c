"""Rule changes: the same attempt, decided otherwise than before.

The same attempt is one from the same source to the same destination, protocol and destination port, logged in
the same direction: so a machine's own NSG, which lets out what the target's turns away, is compared with
itself. What one NIC let through and another turned away within five seconds, of the same ports, was denied. A
connection that began before the data was decided before it, and does not count. Where both decisions
stand at the same moment, neither is the later one: such moments are passed over.
"""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit.schema import PLACE

WITHIN = pd.Timedelta(seconds=5)  # between what two NICs log of one attempt, as for double capture
_SAME = ("src_ip", "dst_ip", "protocol", "dst_port", "direction")
_ATTEMPT = ("src_ip", "dst_ip", "src_port", "dst_port", "protocol")


def rule_changes(views: pd.DataFrame) -> pd.DataFrame:
    """Return the first conversation of each change, with `rule_before`, `decision_before` and `last_before`.

    `views` are conversations, folded views among them, with the columns of `entities.NEEDED`.
    """
    decided = views[views["decision"].isin(["allowed", "denied"]) & views["counted_by"].notna()]
    rows = _let_through(_of_both(decided, _SAME))
    kind = _numbers(rows, _SAME)
    rows = rows.assign(_kind=kind).sort_values(["_kind", "first", *PLACE], ignore_index=True)
    moments = rows.groupby(["_kind", "first"], sort=False)["decision"].transform("nunique")
    rows = rows[moments == 1].reset_index(drop=True)
    before = rows.groupby("_kind", sort=False)[["decision", "rule", "first"]].shift()
    rows = rows.assign(
        decision_before=before["decision"], rule_before=before["rule"], last_before=before["first"]
    )
    turned = rows["decision_before"].notna() & (
        rows["decision"].astype("str") != rows["decision_before"].astype("str")
    )
    return rows[turned].drop(columns="_kind").reset_index(drop=True)


def _of_both(rows: pd.DataFrame, same: tuple[str, ...]) -> pd.DataFrame:
    """Keep what was decided in both ways."""
    kind = _numbers(rows, same)
    denied = (rows["decision"] == "denied").to_numpy()
    times, times_denied = np.bincount(kind), np.bincount(kind, weights=denied)
    both = (times_denied > 0) & (times_denied < times)
    kept: pd.DataFrame = rows[both[kind]]
    return kept


def _let_through(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out what one NIC let through and another turned away."""
    torn = _of_both(rows, _ATTEMPT)
    denied = torn["first"].where(torn["decision"] == "denied")
    torn = torn.assign(_attempt=_numbers(torn, _ATTEMPT), _denied=denied).sort_values(["_attempt", "first"])
    by_attempt = torn.groupby("_attempt", sort=False)["_denied"]
    near = (torn["first"] - by_attempt.ffill() <= WITHIN) | (by_attempt.bfill() - torn["first"] <= WITHIN)
    return rows.drop(index=torn.index[near & (torn["decision"] != "denied")])


def _numbers(rows: pd.DataFrame, names: tuple[str, ...]) -> Any:
    return rows.groupby([*names], dropna=False, observed=True, sort=False).ngroup().to_numpy()
