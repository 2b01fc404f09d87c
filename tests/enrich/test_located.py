"""Where addresses are: which source tells, how it is called, and what is said where none knows."""

from ipaddress import ip_address, ip_network

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit import schema
from nsgkit.enrich import located
from nsgkit.enrich.geography.atlas import countries
from nsgkit.enrich.geography.registries import registry
from nsgkit.errors import NsgkitError
from tests.enrich.mmdb import write
from tests.enrich.told import network

LEEDS = {"prefix": "192.0.2.0/24", "country": "GB", "city": "Leeds", "source": "geofeed.csv, line 3"}
TOWER = {"country": {"iso_code": "US"}, "city": {"names": {"en": "Springfield"}}}
ILLINOIS = {**TOWER, "subdivisions": [{"iso_code": "IL"}], "location": {"latitude": 39.8, "longitude": -89.6}}
OREGON = {**TOWER, "subdivisions": [{"iso_code": "OR"}], "location": {"latitude": 44.0, "longitude": -123.0}}


def one(address, *known, **options):
    return located([address], network(*known, **options)).iloc[0]


def test_registries_know_a_country_and_say_of_which_date():
    found = one("8.8.8.8")
    assert found[["place", "country", "place_source"]].tolist() == ["United States", "US", registry()]
    assert pd.isna(found["city"]) and pd.isna(found["operator"])
    assert registry().startswith("iptocc ") and registry()[-10:-6].isdigit(), "the day it was built"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("10.0.0.4", "private address: no registry places it"),
        ("fd00::1", "private address: no registry places it"),
        ("::ffff:10.0.0.1", "private address: no registry places it"),
        ("100.64.0.0", "shared address: no registry places it"),
        ("169.254.169.254", "Azure platform address: no registry places it"),
        ("168.63.129.16", "Azure platform address: no registry places it"),
        ("2001:db8::1", "documentation address: no registry places it"),
        ("198.18.0.1", "benchmarking address: no registry places it"),
        ("255.255.255.255", "reserved address: no registry places it"),
        ("xxx.xxx.xxx.xxx", "no address: nothing can place it"),
        (None, "no address: nothing can place it"),
    ],
)
def test_what_nobody_places_says_why(address, why):
    found = one(address)
    assert found[["place", "country", "place_source"]].tolist() == ["unknown", "unknown", why]
    assert found[["lat", "lon"]].isna().all()


@pytest.mark.parametrize("address", ["100.63.255.255", "100.128.0.0", "20.0.0.4", "2a00:1450:4001::1"])
def test_beside_them_registries_are_asked(address):
    assert registry() in one(address)["place_source"]


def test_ipv4_written_as_ipv6_is_where_it_is():
    table = located(["::ffff:8.8.8.8", "8.8.8.8"])
    assert table.iloc[0].equals(table.iloc[1].rename(0))


def test_a_geofeed_comes_first_and_its_city_without_coordinates_is_no_place_of_its_own():
    found = one("192.0.2.7", LEEDS)
    assert found[["place", "country", "city", "place_source"]].tolist() == [
        "United Kingdom", "GB", "Leeds", "geofeed.csv",
    ]  # fmt: skip
    assert found[["lat", "lon"]].tolist() == [*countries()["GB"][1:]]


def test_a_city_with_coordinates_is_a_place():
    found = one(
        "10.20.0.4", {"prefix": "10.20.0.0/16", "country": "IE", "city": "Cork", "lat": 51.9, "lon": -8.5}
    )
    assert found[["place", "lat", "lon"]].tolist() == ["Cork, Ireland", 51.9, -8.5]


def test_a_longer_prefix_takes_the_city_of_a_shorter_one_away():
    found = one("192.0.2.7", LEEDS, {"prefix": "192.0.2.0/28", "country": "FR", "source": "more.csv"})
    assert found["country"] == "FR" and pd.isna(found["city"]) and found["place_source"] == "more.csv"


def test_coordinates_alone_are_a_site_s_and_no_place():
    site = {"prefix": "8.8.8.0/24", "site": "Leeds", "lat": 53.8, "lon": -1.5, "source": "network.toml"}
    assert one("8.8.8.8", site).equals(one("8.8.8.8"))


def test_what_is_not_to_be_located_is_unknown():
    found = one("8.8.8.8", {"prefix": "8.8.8.0/24", "country": "unknown", "source": "geofeed.csv, line 1"})
    assert found[["place", "country", "place_source"]].tolist() == ["unknown", "unknown", "geofeed.csv"]


LENGTHS = st.lists(st.integers(8, 32), min_size=1, max_size=6, unique=True)


@given(LENGTHS, st.integers(0, 31).map(lambda bit: 0xC0000200 ^ (1 << bit)))
def test_the_longest_prefix_wins(lengths, number):
    codes = ["GB", "FR", "DE", "IE", "NL", "US"][: len(lengths)]
    around = [str(ip_network("192.0.2.0/32").supernet(new_prefix=length)) for length in lengths]
    known = [{"prefix": prefix, "country": code} for prefix, code in zip(around, codes, strict=True)]
    address = ip_address(number)
    holding = [each for each in known if address in ip_network(each["prefix"])]
    longest = max(holding, key=lambda each: ip_network(each["prefix"]).prefixlen, default=None)
    found = one(str(address), *known)
    assert longest is None or found["country"] == longest["country"]


@given(st.text(max_size=40).map(str.strip).filter(bool))
def test_a_hostile_city_stays_text(city):
    found = one("192.0.2.7", {**LEEDS, "city": city, "lat": 1.0, "lon": 2.0})
    assert found["city"] == city and found["place"] == f"{city}, United Kingdom"


def test_a_database_tells_city_coordinates_and_its_date(tmp_path):
    path = write(tmp_path / "a.mmdb", {"8.8.8.0/24": ILLINOIS, "2001:4860::/32": OREGON})
    found = located(["8.8.8.8", "2001:4860::8", "9.9.9.9"], network(databases=[path]))
    assert found["place"].tolist() == [
        "Springfield (IL), United States", "Springfield (OR), United States", "United States",
    ]  # fmt: skip
    assert found["lat"].tolist() == [39.8, 44.0, countries()["US"].lat]
    assert found["place_source"].tolist() == ["Test-City, 2024-12-01"] * 2 + [registry()]


def test_databases_complement_each_other(tmp_path):
    asn = write(
        tmp_path / "asn.mmdb", {"8.8.0.0/16": {"autonomous_system_organization": "Example <b>Net</b>"}}
    )
    land = write(tmp_path / "land.mmdb", {"8.8.8.0/24": {"country": {"iso_code": "NL"}}}, "Test-Country")
    town = write(tmp_path / "town.mmdb", {"8.8.8.0/24": ILLINOIS})
    found = one("8.8.8.8", databases=[asn, land, town])
    assert found[["country", "city", "operator"]].tolist() == ["US", "Springfield", "Example <b>Net</b>"]
    assert found["place_source"] == "Test-City, 2024-12-01"
    assert one("8.8.8.8", databases=[asn, land])["place_source"] == "Test-Country, 2024-12-01"


def test_files_come_before_databases(tmp_path):
    path = write(tmp_path / "a.mmdb", {"192.0.2.0/24": ILLINOIS})
    assert one("192.0.2.7", LEEDS, databases=[path])["place"] == "United Kingdom"


def test_a_database_of_ipv4_alone_knows_no_ipv6(tmp_path):
    path = write(tmp_path / "a.mmdb", {"8.8.8.0/24": ILLINOIS}, version=4)
    found = located(["8.8.8.8", "::ffff:8.8.8.8", "2001:4860::8"], network(databases=[path]))
    assert found["city"].notna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    "record",
    [
        {"country": {"iso_code": "U!"}}, {"country": "US"}, {"country": {"iso_code": ["US"]}}, ["US"], "US",
        {"location": {"latitude": 95.0, "longitude": 1.0}}, {"subdivisions": "IL"}, {},
    ],
)  # fmt: skip
def test_a_record_of_another_form_tells_nothing(tmp_path, record):
    path = write(tmp_path / "a.mmdb", {"8.8.8.0/24": record})
    assert one("8.8.8.8", databases=[path]).equals(one("8.8.8.8"))


@pytest.mark.parametrize("spoil", [lambda held: b"", lambda held: b"GIF89a", lambda held: held[40:]])
def test_a_damaged_database_is_one_sentence(tmp_path, spoil):
    path = write(tmp_path / "a.mmdb", {"8.8.8.0/24": ILLINOIS})
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(
        NsgkitError, match=r"a\.mmdb is no database of places, or is damaged\. Download it again"
    ):
        one("8.8.8.8", databases=[path])


def test_a_database_that_is_not_there(tmp_path):
    with pytest.raises(NsgkitError, match=r"gone\.mmdb cannot be read"):
        one("8.8.8.8", databases=[tmp_path / "gone.mmdb"])


def test_the_package_that_reads_databases_may_be_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "maxminddb", None)
    with pytest.raises(NsgkitError, match=r'pip install "nsgkit\[geo\]"'):
        one("8.8.8.8", databases=[write(tmp_path / "a.mmdb", {"8.8.8.0/24": ILLINOIS})])
    assert one("8.8.8.8")["country"] == "US", "without a database nobody needs it"


def test_aligned_with_what_was_given():
    given_ = pd.Series(["10.0.0.4", None, "8.8.8.8", "10.0.0.4"], index=[7, 3, 9, 1])
    found = located(given_)
    assert found.index.tolist() == [7, 3, 9, 1]
    assert found["country"].tolist() == ["unknown", "unknown", "US", "unknown"]
    assert [*found.columns] == [c.name for c in schema.PLACED]
    assert located([]).dtypes.equals(found.dtypes)


def test_every_country_has_a_name_and_a_point():
    assert len(countries()) == 252
    assert {code for code, land in countries().items() if land.lat is None} == {"AP", "EU"}
    assert all(
        land.name and abs(land.lat or 0) <= 90 and abs(land.lon or 0) <= 180 for land in countries().values()
    )
    known = {code: countries()[code][1:] for code in ("SG", "HK", "MT", "LU", "FJ")}
    for code, near in {
        "SG": (1, 104),
        "HK": (22, 114),
        "MT": (36, 14),
        "LU": (50, 6),
        "FJ": (-18, 178),
    }.items():
        assert all(abs(a - b) < 1 for a, b in zip(known[code], near, strict=True))
