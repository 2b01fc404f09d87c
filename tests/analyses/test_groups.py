"""`by`, `top`, `freq` and the table itself: taken alike by every question, and checked once."""

from functools import partial

import pandas as pd
import pytest

import nsgkit
from nsgkit import analyses
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.engines import connection
from tests.frames import flows

LOGGED = flows("""
    09:00:00 10.0.0.4:50000 10.0.1.5:443 TCP O A B
    09:01:00 10.0.0.4:50000 10.0.1.5:443 TCP O A E 5/500 4/400
    09:02:00 10.0.0.4:50001 10.0.1.6:443 TCP O A B
    09:03:00 203.0.113.7:4000 10.0.0.4:22 TCP I D B
""")
MADE = nsgkit.conversations(LOGGED)
GROUPED = [
    analyses.breakdown, analyses.over_time, partial(analyses.over_time, flows=LOGGED), analyses.change,
]  # fmt: skip
every_question = pytest.mark.parametrize("ask", GROUPED, ids=["breakdown", "over_time", "bytes", "change"])


@every_question
@pytest.mark.parametrize("name", ["src_ip", "dst_port", "decision", "state", "encryption", "answered"])
def test_one_column_may_be_named_without_a_list(ask, name):
    pd.testing.assert_frame_equal(ask(MADE, by=name), ask(MADE, by=[name]))


OWN = {
    "country": ["NL", "NL", None], "team": pd.Categorical(["b", "b", "a"]), "vlan": [1, 1, 2],
    "ours": [True, True, False], "score": [0.5, 0.5, None], "seen on": pd.to_datetime(["2024-12-19"] * 3),
}  # fmt: skip


@every_question
@pytest.mark.parametrize("name", OWN)
def test_a_column_of_the_analysts_own_makes_groups_on_every_engine(ask, name):
    made = MADE.assign(**{name: OWN[name]})
    table = ask(made, by=name)
    assert not table.empty
    assert set(table[name].dropna()) <= set(pd.Series(OWN[name]).dropna())
    pd.testing.assert_frame_equal(ask(connection().from_df(made), by=name), table)


@every_question
@pytest.mark.parametrize(
    ("by", "said"),
    [
        ([], "by names no column"),
        (["rule", "rule"], "'rule' more than once"),
        ([["acl"]], r"name of a column, or a list of names, not \[\['acl'\]\]"),
        (3, "name of a column, or a list of names, not 3"),
        ("first", "no 'first': the answer has a column of that name"),
    ],
)
def test_what_makes_no_groups_is_one_sentence(ask, by, said):
    with pytest.raises(NsgkitError, match=said):
        ask(MADE, by=by)


@every_question
def test_a_column_that_is_not_there_names_those_that_are(ask):
    with pytest.raises(MissingColumnError, match=r"no column hour\. It has acl, answered, .*, version\."):
        ask(MADE, by=["hour"])


@every_question
def test_flow_rows_in_place_of_conversations_name_what_makes_them(ask):
    with pytest.raises(MissingColumnError, match=r"no column .*first.*nsgkit\.conversations\(\)"):
        ask(LOGGED, by=["rule"])


@pytest.mark.parametrize("top", [-1, 2.5, "all", True])
@pytest.mark.parametrize(
    "ask",
    [analyses.top_talkers, analyses.matrix, analyses.change, analyses.traffic_links, analyses.busiest_nics],
)
def test_a_top_that_is_no_number_of_rows_is_an_error(ask, top):
    with pytest.raises(NsgkitError, match="top takes a number of rows from 0 on, or None"):
        ask(LOGGED if ask is analyses.busiest_nics else MADE, top=top)


def test_no_rows_may_be_asked_for():
    assert analyses.breakdown(MADE, "rule", top=0).empty


def test_what_was_read_is_taken_for_its_flow_table(logs, stitched):
    pd.testing.assert_frame_equal(nsgkit.conversations(logs), stitched)
    assert len(nsgkit.query(logs, "denied")) == len(nsgkit.query(logs.flows, "denied"))
    longest = stitched.nlargest(1, "duration")
    assert len(nsgkit.conversation_rows(logs, longest)) == longest["rows"].item()


@pytest.mark.parametrize(
    "ask", [analyses.silences, analyses.doubly_logged, analyses.busiest_nics, analyses.record_types]
)
def test_questions_to_flows_take_what_was_read(ask, logs):
    pd.testing.assert_frame_equal(ask(logs), ask(logs.flows))


def test_an_empty_filter_of_what_was_read_is_its_flow_table(logs):
    assert nsgkit.query(logs, "") is logs.flows
