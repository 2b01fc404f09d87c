"""Every question asked of Spark's DataFrames: the tables are those of pandas."""

import pandas as pd
import pytest

import nsgkit
from nsgkit import analyses, schema
from nsgkit.counting.conversations import conversations
from nsgkit.detections import denied_triage, findings, proof
from nsgkit.detections.kinds import KINDS
from tests.spark.same import assert_same

OF_FLOWS = [
    analyses.busiest_nics, analyses.counter_forms, analyses.doubly_logged, analyses.equal_rows,
    analyses.late_answers, analyses.record_types, analyses.silences, analyses.version_changes,
]  # fmt: skip
OF_CONVERSATIONS = [
    analyses.change, analyses.denied_then_allowed, analyses.matrix, analyses.over_time,
    analyses.place_links, analyses.places, analyses.stateless_rules, analyses.summary, analyses.top_pairs,
    analyses.top_rules, analyses.top_services, analyses.top_talkers, analyses.traffic_links, denied_triage,
    *(kind.find for kind in KINDS),
]  # fmt: skip
HOST = "10.20.3.4"
ABOUT = {
    "breakdown": lambda table: analyses.breakdown(table, ["src_ip", "dst_port"], measure="bytes"),
    "lanes": lambda table: analyses.lanes(table, of=HOST),
    "life": lambda table: analyses.life(table, address=HOST),
    "neighbours": lambda table: analyses.neighbours(table, HOST),
    "timeline": lambda table: analyses.timeline(table, HOST),
    "query": lambda table: analyses.top_talkers(nsgkit.query(table, "denied inbound")),
}


def named(ask):
    return ask.__name__


@pytest.fixture(scope="module")
def asked(on_spark):
    """The conversations, kept in memory."""
    return on_spark.conversations.cache()


def test_conversations_of_the_engine_alone_are_the_same(on_spark, stitched):
    assert_same(conversations(on_spark.flows), stitched, schema.CONVERSATIONS, ["blob", "record", "tuple"])


@pytest.mark.parametrize("ask", OF_FLOWS, ids=named)
def test_tables_of_flows_are_the_same(ask, on_spark, logs):
    pd.testing.assert_frame_equal(ask(on_spark.flows), ask(logs.flows))


@pytest.mark.parametrize("ask", OF_CONVERSATIONS, ids=named)
def test_tables_of_conversations_are_the_same(ask, asked, stitched):
    pd.testing.assert_frame_equal(ask(asked), ask(stitched))


@pytest.mark.parametrize("ask", ABOUT)
def test_what_is_asked_about_a_host_is_the_same(ask, asked, stitched):
    pd.testing.assert_frame_equal(ABOUT[ask](asked), ABOUT[ask](stitched))


def test_the_connections_that_prove_a_finding_are_the_same(asked, stitched):
    worst = findings(stitched).iloc[0]
    ours = proof(stitched, worst)
    pd.testing.assert_frame_equal(proof(asked, worst), ours, check_categorical=False)
