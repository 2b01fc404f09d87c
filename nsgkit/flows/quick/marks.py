"""What whole rules and flow logs are suspected of, by the rules of `stateless` and `recorded`."""

import numpy as np

from nsgkit.flows.quick.rows import Array, Rows
from nsgkit.flows.recorded import FIRST_VNET_VERSION
from nsgkit.flows.stateless import DEFAULT_RULES, PATIENCE
from nsgkit.schema import COUNTERS


def suspected(rows: Rows) -> Array:
    """Tell the rows whose rule seems to be logged without state."""
    asks = _asks(rows)
    some = np.flatnonzero(asks & ~rows.alone)
    policy, policies = rows.combined("resource", "acl", "rule")
    counted, step = np.zeros(len(some), bool), rows.step[some]
    for name in COUNTERS:
        counted |= rows.counter(name, some)[1]
    answered = (step == 2) | (counted & (step > 0))
    said = np.bincount(policy[some][answered], minlength=policies) > 0
    silent = some[~said[policy[some]]]
    least, most = np.full(policies, np.iinfo("int64").max), np.full(policies, np.iinfo("int64").min)
    np.minimum.at(least, policy[silent], rows.time[silent])
    np.maximum.at(most, policy[silent], rows.time[silent])
    suspect = (most > least) & (most - least > PATIENCE)
    told: Array = asks & suspect[policy]
    return told


def _asks(rows: Rows) -> Array:
    texts = rows.texts("rule")
    custom = [text for text in texts if text not in DEFAULT_RULES and not text.startswith("DefaultRule_")]
    asks = rows.is_in("direction", "inbound") & rows.is_in("protocol", "TCP")
    asks &= rows.is_in("decision", "allowed") & (rows.plain("version") == 2)
    return asks & rows.is_in("rule", *custom)


def by_end(rows: Rows) -> Array:
    """Tell the rows whose flow log writes no begin rows, but end rows."""
    vnet = rows.plain("version") >= FIRST_VNET_VERSION
    if not vnet.any():
        return np.zeros(len(vnet), bool)
    named, resource = rows.codes("flow_log").astype("int64"), rows.codes("resource")
    log = np.where(named >= 0, named, len(rows.texts("flow_log")) + 1 + resource)
    logs = len(rows.texts("flow_log")) + 1 + len(rows.texts("resource"))
    vnet &= ~rows.alone
    begins, ends = (np.bincount(log[vnet & (rows.step == step)], minlength=logs) > 0 for step in (0, 2))
    told: Array = (ends & ~begins)[log]
    return told
