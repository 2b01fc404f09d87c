"""Countries that one host calls, seldom: the planted upload's, and no content network, scanner or visitor."""

from itertools import count

import pytest

import nsgkit
from nsgkit.detections import explain, findings, incidents, rare_places
from nsgkit.detections.kinds import BY_NAME
from nsgkit.errors import NsgkitError
from tests.detections.test_every import of_its_form
from tests.enrich.told import network, with_geofeed
from tests.frames import flows

FEED = (
    {"prefix": "192.0.2.0/25", "country": "GB", "source": "geofeed.csv, line 1"},
    {
        "prefix": "192.0.2.128/25",
        "country": "IS",
        "operator": "Nordic <b>Net</b>",
        "source": "geofeed.csv, line 2",
    },
)
OWN = network(*FEED)
USUAL = 1_500  # connections to the usual country


def asked(*lines, usual=USUAL, **options):
    ports = count(20_000)
    often = [
        f"09:{n % 60:02}:00 10.0.0.{4 + n % 3}:{next(ports)} 192.0.2.7:443 TCP O A B" for n in range(usual)
    ]
    table = nsgkit.conversations(flows("\n".join([*often, *lines])))
    return rare_places(table, network=options.pop("network", OWN), **options)


def call(src="10.0.0.4", dst="192.0.2.200", port=50_000, end="A E 9/9000 4/400"):
    return f"12:00:00 {src}:{port} {dst}:443 TCP O {end}"


def test_one_call_to_where_nobody_else_calls():
    found = asked(call(end="A B"), call()).iloc[0]
    assert found[["src_ip", "dst_ip", "dst_port", "place", "place_source"]].tolist() == [
        "10.0.0.4", "192.0.2.200", 443, "Iceland", "geofeed.csv",
    ]  # fmt: skip
    assert found[["connections", "of_all", "hosts", "addresses", "bytes_src_to_dst"]].tolist() == [
        1,
        1501,
        1,
        1,
        9000,
    ]
    assert found["score"] == round(1 - 0.5 * (1 / 1501) / 0.001, 3)


@pytest.mark.parametrize(
    "lines",
    [
        [call(src=f"10.0.0.{n}", port=50_000 + n) for n in (4, 5)],
        [call(port=50_000 + n) for n in range(3)],
        [call(end="D B")],
        [call(end="A B"), call(end="A E 3/180 0/0")],
        ["12:00:00 192.0.2.200:4000 10.0.0.4:443 TCP I A B"],
        [f"12:00:00 192.0.2.{n}:4000 10.0.0.{n % 9}:22 TCP I D B" for n in range(130, 200)],
        [call(dst="203.0.113.7")],
        [call(dst="masked")],
        [call(dst="10.0.0.9")],
    ],
    ids=["two hosts", "often", "denied", "unanswered", "a visitor", "scanners", "no place", "masked",
         "inside"],
)  # fmt: skip
def test_what_is_not_rare(lines):
    assert asked(*lines).empty


def test_a_few_logs_have_nothing_rare():
    assert asked(call(), usual=900).empty


def test_a_visitor_from_there_does_not_make_it_usual():
    assert len(asked(call(), "12:00:00 192.0.2.201:4000 10.0.0.5:443 TCP I A B")) == 1


def test_the_lines_are_arguments():
    two = [call(src=f"10.0.0.{n}", port=50_000 + n) for n in (4, 5)]
    found = asked(*two, hosts=2, share=0.01).iloc[0]
    assert found["hosts"] == 2 and found[["src_ip"]].isna().all() and found["dst_ip"] == "192.0.2.200"
    assert "2 inside hosts called 192.0.2.200 in Iceland" in explain(found)


def test_by_operator():
    found = asked(call(), by="operator").iloc[0]
    assert found["place"] == "Nordic <b>Net</b>"
    with pytest.raises(NsgkitError, match="no measure 'city'"):
        asked(call(), by="city")


def test_without_files_nothing_of_documentation_addresses_is_placed():
    assert asked(call(), network=["10.0.0.0/8"]).empty


def test_the_planted_upload_s_country_and_nothing_else(stitched):
    found = rare_places(stitched, network=with_geofeed(stitched))
    assert found[["src_ip", "dst_ip", "place", "connections"]].to_numpy().tolist() == [
        ["10.30.1.5", "198.51.100.240", "Iceland", 3],
    ]  # fmt: skip
    of_its_form(found, BY_NAME["rare place"])
    assert explain(found).startswith(
        "10.30.1.5 called 198.51.100.240 in Iceland (3 answered), and sent 1,742,301,171 bytes. No other "
    )


def test_it_joins_the_upload_s_incident(stitched):
    found = findings(stitched, network=with_geofeed(stitched), known="data/samples/known.toml")
    mine = found.loc[found["kind"] == "rare place", "incident"].item()
    assert mine == found.loc[found["kind"] == "large transfer out", "incident"].item() == 1
    assert "rare place" in incidents(found)["kinds"].tolist()[0]


def test_of_the_second_network_nothing_is_placed(internet):
    assert rare_places(internet).empty
