"""What truth.json says of the samples is what an analyst finds in the flow table, with plain pandas."""

import json
from pathlib import Path

import pandas as pd
import pytest

SAMPLES = Path("data/samples")
TRUTH = json.loads((SAMPLES / "truth.json").read_text("utf-8"))


@pytest.mark.parametrize("fact", TRUTH["facts"], ids=lambda fact: fact["id"])
def test_each_planted_fact_is_found(logs, fact):
    rows = logs.flows
    for column, values in fact["entities"].items():
        rows = rows[rows[column].isin(values)]
    rows = rows[rows["time"].between(pd.Timestamp(fact["first"]), pd.Timestamp(fact["last"]))]
    assert len(rows) == fact["tuples"]
    assert rows["time"].min() == pd.Timestamp(fact["first"])
    assert rows["time"].max() == pd.Timestamp(fact["last"])


def test_totals(logs):
    totals = TRUTH["totals"]
    assert len(logs.blobs) == totals["blobs"]
    assert len(logs.flows) == totals["rows"]
    assert logs.blobs["tuples"].sum() == totals["tuples"]
    assert logs.rejects["tuple"].notna().sum() == totals["rejects"]
    assert logs.blobs["unread"].sum() == totals["unread"]


def test_the_labs_own_tuple_is_there(logs):
    row = logs.flows[(logs.flows["dst_port"] == 12086) & (logs.flows["src_ip"] == "35.203.211.114")].iloc[0]
    assert logs.raw(row) == "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,"
