"""Where the traffic is: recounted by hand, and adding up with what stays inside to all of it."""

from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit import schema
from nsgkit.analyses import breakdown, place_links, places
from nsgkit.errors import MissingColumnError, NsgkitError
from nsgkit.schema import INSIDE_ONLY, PLACE_LINKS, PLACES, SPAN
from tests.engines import connection
from tests.enrich.told import network, with_geofeed
from tests.examples import examples
from tests.frames import flows

LUX = {"prefix": "203.0.113.0/24", "country": "LU", "source": "geofeed.csv, line 1"}
CORK = {
    "prefix": "192.0.2.0/24",
    "country": "IE",
    "city": "Cork",
    "lat": 51.9,
    "lon": -8.5,
    "source": "a.csv",
}
OWN = network(LUX, CORK)
COUNTED = ("connections", "denied", "unknown", "unanswered", "dropped", "orphans", "uncounted", "folded",
           "bytes", "packets", *schema.COUNTERS)  # fmt: skip
LOGGED = """
    09:00:00 10.0.0.4:50000 203.0.113.7:443 TCP O A B
    09:01:00 10.0.0.4:50000 203.0.113.7:443 TCP O A E 5/500 4/400
    09:02:00 203.0.113.9:4000 10.0.0.5:443 TCP I A B
    10:03:00 203.0.113.9:4000 10.0.0.5:443 TCP I A E 6/600 7/700
    10:04:00 192.0.2.7:4000 10.0.0.4:22 TCP I D B
    10:05:00 10.0.0.4:50001 10.0.0.5:443 TCP O A B
    10:06:00 xxx.xxx.xxx.xxx:5 10.0.0.4:443 TCP I A B
"""


def made(text=LOGGED):
    return nsgkit.conversations(flows(text))


def row(table, place):
    return table[table["place"] == place].iloc[0]


def test_each_place_with_its_figures():
    found = places(made(), OWN)
    assert found["place"].tolist() == ["Luxembourg", "unknown", "Cork, Ireland"]
    lux = row(found, "Luxembourg")
    assert lux[["connections", "from_there", "to_there", "addresses", "hosts"]].tolist() == [2, 1, 1, 2, 2]
    assert lux[["bytes", "bytes_to_there"]].tolist() == [2200, 500 + 700]
    assert lux["largest"] == "203.0.113.7 (1), 203.0.113.9 (1)" and lux["place_source"] == "geofeed.csv"
    assert row(found, "Cork, Ireland")[["denied", "connections", "lat", "lon"]].tolist() == [1, 0, 51.9, -8.5]
    assert found["share"].tolist() == [2 / 3, 1 / 3, 0.0] and set(found["groups"]) == {3}


def test_what_stays_inside_is_told_beside():
    inside = places(made(), OWN).attrs[INSIDE_ONLY]
    assert inside["connections"] == 1 and inside["denied"] == 0 and inside["bytes"] is None


def test_an_unknown_place_is_a_row_without_coordinates():
    unknown = row(places(made(), OWN), "unknown")
    assert unknown[["lat", "lon"]].isna().all() and unknown["connections"] == 1
    assert unknown["place_source"] == "no address: nothing can place it"


@pytest.mark.parametrize(
    ("way", "place"), [("I", "Cork, Ireland"), ("O", "Luxembourg")], ids=["inbound", "outbound"]
)
def test_between_two_ends_outside_the_far_one_is_not_the_nics(way, place):
    found = places(made(f"09:00:00 192.0.2.7:1 203.0.113.7:443 TCP {way} A B"), OWN)
    assert found["place"].tolist() == [place]


def test_by_country_and_by_operator_and_by_a_column():
    cork = {**CORK, "operator": "A Net"}
    assert places(made(), network(LUX, cork), by="country")["place"].tolist() == [
        "Luxembourg", "unknown", "Ireland",
    ]  # fmt: skip
    by = places(made(), network(LUX, cork), by="operator", measure="denied")
    assert by["operator"].tolist() == ["A Net", "unknown"] and by["place"].tolist()[1] == "several places"
    decided = places(made(), OWN, by="decision")
    assert decided.columns[0] == "decision" and decided["connections"].tolist() == [3, 0]
    assert decided["place"].tolist() == ["several places", "Cork, Ireland"]
    assert decided["lat"].isna().tolist() == [True, False]


def test_over_time_each_is_where_it_was_first_seen():
    found = places(made(), OWN, freq="1h")
    assert [*found.columns] == [c.name for c in (*SPAN, *PLACES)]
    told = zip(
        found["start"].dt.hour, found["end"].dt.hour, found["place"], found["connections"], strict=True
    )
    assert [*told] == [(9, 10, "Luxembourg", 2), (10, 11, "unknown", 1), (10, 11, "Cork, Ireland", 0)]
    assert found["groups"].tolist() == [3] * 3 and found["share"].sum() == pytest.approx(1)


def test_top_keeps_the_largest_over_all_the_time():
    assert set(places(made(), OWN, freq="1h", top=1)["place"]) == {"Luxembourg"}
    assert places(made(), OWN, top=1)["groups"].item() == 3
    assert places(made(), OWN, top=1, measure="denied")["place"].item() == "Cork, Ireland"


def test_a_hostile_city_stays_text():
    city = "{{7*7}}<script>${alert(1)}`"
    assert places(made(), network({**CORK, "city": city}))["place"].tolist()[-1] == f"{city}, Ireland"


def test_on_duckdb_and_in_any_order():
    table = made()
    plain = places(table, OWN, freq="1h")
    pd.testing.assert_frame_equal(places(connection().from_df(table), OWN, freq="1h"), plain)
    pd.testing.assert_frame_equal(places(table.sample(frac=1, random_state=3), OWN, freq="1h"), plain)


@pytest.mark.parametrize("options", [{}, {"freq": "1h"}, {"by": "operator"}, {"by": "rule", "freq": "1D"}])
def test_the_empty_table(options):
    empty = places(nsgkit.conversations(schema.empty()), OWN, **options)
    full = places(made(), OWN, **options)
    assert empty.empty and empty.columns.tolist() == full.columns.tolist()
    assert empty.attrs[INSIDE_ONLY]["connections"] == 0
    assert empty.drop(columns="rule", errors="ignore").dtypes.equals(
        full.drop(columns="rule", errors="ignore").dtypes
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"measure": "peers"}, "no measure 'peers'"), ({"top": -1}, "top takes"), ({"by": 3}, "by takes"),
        ({"by": ["rule"]}, "by takes"), ({"by": "bytes"}, "no 'bytes'"), ({"freq": "1M"}, "freq takes"),
    ],
)  # fmt: skip
def test_what_is_no_option_is_one_sentence(options, said):
    with pytest.raises(NsgkitError, match=said):
        places(made(), OWN, **options)


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match=r"nsgkit\.conversations"):
        places(made().drop(columns="direction"), OWN)


def test_counters_that_no_64_bits_hold():
    most = 2**62
    ends = ("10.0.0.4:1 203.0.113.7:443", "10.0.0.4:2 192.0.2.7:443")
    text = "\n".join(f"09:00:00 {end} TCP O A B\n09:01:00 {end} TCP O A E 5/{most} 4/{most}" for end in ends)
    with pytest.raises(NsgkitError, match="more than 64 bits"):
        places(made(text), OWN)


ENDS = ["10.0.0.4", "10.0.0.5", "203.0.113.7", "192.0.2.7", "8.8.8.8", "2001:db8::1", "masked"]
STATES = ["A B", "A C 3/300 1/90", "A E 2/200", "D B", "? B"]
# Every pair of ends, both ways, in every state in turn, over six hours; some are begun and ended.
MANY = [
    f"{9 + n % 6:02}:{n % 60:02}:00 {a}:{n % 5} {b}:443 TCP {way} {STATES[n % 5]}"
    for n, (a, b, way) in enumerate(product(ENDS, ENDS, "IO"))
]
EVERY = made("\n".join(MANY))


@examples(10)
@given(
    st.lists(st.booleans(), min_size=len(EVERY), max_size=len(EVERY)),
    st.sampled_from([None, "1h"]),
    st.sampled_from(["place", "country", "decision"]),
)
def test_places_and_what_stays_inside_add_up_to_all(kept, freq, by):
    table = EVERY[pd.Series(kept, index=EVERY.index)]
    found, whole = places(table, OWN, freq=freq, by=by), breakdown(table, "protocol")
    for name in COUNTED:
        at_places = int(found[name].dropna().sum())
        assert at_places + (found.attrs[INSIDE_ONLY][name] or 0) == whole[name].fillna(0).sum(), name


def test_the_samples_recounted(stitched):
    own = with_geofeed(stitched)
    found = places(stitched, own, by="country").set_index("country")
    near = stitched[
        ~stitched["folded"]
        & (stitched["dst_ip"].astype("str").str.startswith(("198.51.100.24", "203.0.113.2")))
    ]
    sent = near.assign(dst_ip=near["dst_ip"].astype("str")).groupby("dst_ip")["bytes_src_to_dst"].sum()
    assert found.loc["IS", "bytes_to_there"] == sent["198.51.100.240"] == 1_742_301_171
    assert (
        found.loc["LU", "to_there"]
        == ((near["dst_ip"] == "203.0.113.222") & near["counted_by"].notna()).sum()
    )


# -- own sites


SITE = {"prefix": "10.0.0.0/24", "site": "Leeds", "lat": 53.8, "lon": -1.5}


def test_links_of_a_site():
    found = place_links(made(), network(LUX, CORK, SITE))
    assert [*found.columns] == [c.name for c in PLACE_LINKS]
    assert found[["site", "place", "connections", "denied"]].to_numpy().tolist() == [
        ["Leeds", "Luxembourg", 2, 0], ["Leeds", "unknown", 1, 0], ["Leeds", "Cork, Ireland", 0, 1],
    ]  # fmt: skip
    assert found["site_lat"].tolist() == [53.8] * 3 and found["lat"].isna().tolist() == [False, True, False]


def test_what_is_at_no_site_is_told_beside():
    one = {**SITE, "prefix": "10.0.0.5/32"}
    found = place_links(made(), network(LUX, CORK, one))
    assert found["connections"].sum() == 1 and found.attrs["no_site"]["connections"] == 2
    assert found.attrs[INSIDE_ONLY]["connections"] == 1


def test_a_site_whose_coordinates_another_entry_gives():
    named = {"prefix": "10.0.0.4/32", "site": "Leeds"}
    found = place_links(made(), network(LUX, named, {**SITE, "prefix": "10.9.0.0/16"}))
    assert found["site_lat"].unique().tolist() == [53.8] and found["connections"].sum() == 2


def test_no_links_without_sites():
    assert place_links(made(), OWN).empty
    assert place_links(made(), OWN).dtypes.equals(schema.empty(PLACE_LINKS).dtypes)
