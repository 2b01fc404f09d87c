"""Every question to conversations and flows, asked of a store: the same answer as of tables of pandas."""

import threading

import pandas as pd
import pytest

import nsgkit
from nsgkit import analyses, enrich
from nsgkit.analyses import (
    breakdown,
    change,
    lanes,
    neighbours,
    over_time,
    places,
    summary,
    timeline,
    top_talkers,
)  # fmt: skip
from nsgkit.counting.frame import Rows
from nsgkit.enrich import Network, named
from nsgkit.schema import PLACE, names_carried
from tests.reference import ROOT
from tests.stores import as_stored

NETWORK = ROOT / "data" / "samples" / "network.toml"
WEB = "10.20.0.4"
OUTSIDER = "203.0.113.222"
OF_CONVERSATIONS = [
    "both_ends", "change", "denied_then_allowed", "matrix", "over_time", "place_links", "places",
    "stateless_rules",
    "summary", "top_pairs", "top_rules", "top_services", "top_talkers", "traffic_links",
]  # fmt: skip
OF_FLOWS = [
    "busiest_nics", "counter_forms", "doubly_logged", "equal_rows", "late_answers", "record_types",
    "silences", "version_changes", "denied_sources",
]  # fmt: skip
OF_BLOBS = ["coverage", "coverage_gaps", "logging_stops"]
OF_NO_TABLE = ["term"]
ASKED = {
    "breakdown": lambda made, logs: breakdown(made, ["acl", "rule"], measure="bytes", peers="src_ip"),
    "breakdown of NICs": lambda made, logs: breakdown(made, "mac"),
    "top_talkers by bytes": lambda made, logs: top_talkers(made, end="destination", measure="bytes"),
    "connection_sizes": lambda made, logs: analyses.connection_sizes(made, "dst_port"),
    "place_differences": lambda made, logs: analyses.place_differences(made, NETWORK, other=["10.0.0.0/8"]),
    "threats": lambda made, logs: analyses.threats(made, NETWORK),
    "change by rule": lambda made, logs: change(made, by="rule"),
    "over_time by NSG": lambda made, logs: over_time(made, by=["acl", "mac"], freq="1D"),
    "over_time in bytes": lambda made, logs: over_time(made, flows=logs),
    "over_time in bytes by NIC": lambda made, logs: over_time(made, by="mac", freq="5min", flows=logs),
    "life": lambda made, logs: analyses.life(made, address=WEB),
    "lanes": lambda made, logs: lanes(made, of=f"ip:{OUTSIDER}"),
    "neighbours": lambda made, logs: neighbours(made, OUTSIDER, hops=2, within="1h", network=NETWORK),
    "neighbours of a filter": lambda made, logs: neighbours(made, f"ip:{WEB} denied", hops=2),
    "timeline": lambda made, logs: timeline(made, OUTSIDER, logs=logs, network=NETWORK),
    "timeline of nobody": lambda made, logs: timeline(made, "192.0.2.99", logs=logs),
    "places by country": lambda made, logs: places(made, by="country", network=NETWORK),
    "summary of inside": lambda made, logs: summary(nsgkit.query(made, "src:inside")),
    "own_networks": lambda made, logs: pd.Series(enrich.own_networks(made).own),
    "names_of": lambda made, logs: pd.Series(enrich.names_of(made)),
    "nic_addresses": lambda made, logs: enrich.nic_addresses(logs),
    "draft_network": lambda made, logs: pd.Series(enrich.draft_network(made)),
}  # fmt: skip
ASKED |= {name: lambda made, logs, ask=name: getattr(analyses, ask)(made) for name in OF_CONVERSATIONS}
ASKED |= {name: lambda made, logs, ask=name: getattr(analyses, ask)(logs) for name in OF_FLOWS}
BESIDE = [
    "country", "flow_type", "internet_as_one", "operator", "outside", "port", "scanner", "scope",
    "service_tag", "threat",
]  # fmt: skip
FILTERS = ["dst_port:22 denied", f"ip:{WEB}", "rule:UserRule dst_port:443", "src:inside or bytes>1000000"]


@pytest.fixture(scope="module")
def stored(logs, tmp_path_factory):
    return as_stored(logs, tmp_path_factory.mktemp("store"))


@pytest.mark.parametrize("name", ASKED)
def test_the_answer_is_that_of_pandas(name, logs, stitched, stored):
    answer, wanted = ASKED[name](stored.conversations, stored), ASKED[name](stitched, logs)
    assert type(answer) is type(wanted) and answer.equals(wanted)
    assert {**answer.attrs} == {**wanted.attrs}


def test_every_analysis_is_asked():
    assert {*analyses.__all__} - {*OF_BLOBS, *OF_NO_TABLE} <= {name.partition(" ")[0] for name in ASKED}


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_put_beside_conversations_is_the_same(name, stitched, stored):
    put = getattr(enrich, name)
    assert_same_rows(put(stored.conversations), put(stitched))


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_keeps_the_same(text, stitched, stored):
    assert_same_rows(nsgkit.query(stored.conversations, text), nsgkit.query(stitched, text))


def test_rows_of_conversations_are_found_in_a_store(logs, stitched, stored):
    longest = stitched.nlargest(3, "duration")
    rows, wanted = (nsgkit.conversation_rows(table, longest) for table in (stored, logs))
    pd.testing.assert_frame_equal(texts(rows), texts(wanted))


def assert_same_rows(relation, table):
    kinds = dict.fromkeys(table) | {"state": "str", "counted_by": "str"}
    rows, wanted = (Rows.of(each, [*table.columns]).collect(kinds) for each in (relation, table))
    pd.testing.assert_frame_equal(
        *(each.sort_values(["first", *PLACE], ignore_index=True) for each in (rows, wanted))
    )


def texts(table):
    """Categories as what they say: which there are is no part of an answer."""
    coded = [name for name in table if isinstance(table[name].dtype, pd.CategoricalDtype)]
    return table.astype(dict.fromkeys(coded, "str"))


SHOP = Network.of(["10.20.0.0/16"], names={WEB: "WEB1"})


@pytest.mark.parametrize("ask", [lambda made: made, lambda made: nsgkit.query(made, "dst_port:443")])
def test_a_store_s_conversations_carry_names_and_so_does_what_is_made_of_them(ask, stored):
    known = named(stored.conversations, SHOP)
    assert names_carried(ask(known))[WEB].endswith("WEB1")
    assert not names_carried(stored.conversations)


def test_what_is_made_by_a_named_store_says_the_names(stored):
    table = analyses.top_rules(named(stored.conversations, SHOP))
    assert table.attrs["names"][WEB].endswith("WEB1")


def test_a_store_is_asked_by_several_threads(stored, stitched):
    wanted, answers = top_talkers(stitched), []
    threads = [
        threading.Thread(target=lambda: answers.append(top_talkers(stored.conversations))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 and all(answer.equals(wanted) for answer in answers)
