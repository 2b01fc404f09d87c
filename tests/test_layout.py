from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.layout import BlobName, hour_prefix, is_other_log, parse_mac, parse_name, span_prefixes

NSG = "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/DEMOVM-NSG"
SEEN = "/S_NETWORKWATCHERRG/NETWORKWATCHER_NORTHEUROPE_DEMO-FLOWLOG"
DOCUMENTED = (
    "/SUBSCRIPTIONS/S/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/"
    "NETWORKWATCHER_NORTHEUROPE/FLOWLOGS/DEMO"
)
HOUR = "y=2024/m=12/d=19/h=09/m=00"
NINE = datetime(2024, 12, 19, 9, tzinfo=UTC)
MAC = "000D3AB17875"
NOTHING = BlobName(None, None, None, None)


@pytest.mark.parametrize(
    ("root", "family", "resource"),
    [
        ("resourceId=", "NSG", NSG),
        ("flowLogResourceID=", "VNet", SEEN),
        ("flowLogResourceID=", "VNet", DOCUMENTED),
    ],
)
def test_each_layout_with_and_without_a_mac(root, family, resource):
    assert parse_name(f"{root}{resource}/{HOUR}/macAddress={MAC}/PT1H.json") == (family, resource, NINE, MAC)
    assert parse_name(f"{root}{resource}/{HOUR}/PT1H.json") == (family, resource, NINE, None)


@pytest.mark.parametrize(
    "front",
    [
        "",
        "insights-logs-networksecuritygroupflowevent/",
        "evidence/copy of y=2020/",
        "/cases/17/",
        "C:/cases/",
    ],
)
def test_folders_in_front_change_nothing(front):
    assert parse_name(f"{front}resourceId={NSG}/{HOUR}/PT1H.json") == ("NSG", NSG, NINE, None)


def test_the_first_m_is_the_month_and_the_second_the_minute():
    assert parse_name("resourceId=/X/y=2017/m=06/d=16/h=13/m=00/PT1H.json").hour == datetime(
        2017, 6, 16, 13, tzinfo=UTC
    )


def test_case_is_levelled():
    name = f"RESOURCEID={NSG.lower()}/{HOUR}/macaddress={MAC.lower()}/pt1h.JSON.gz"
    assert parse_name(name) == ("NSG", NSG, NINE, MAC)


def test_the_hour_is_told_even_where_the_resource_is_not():
    assert parse_name(f"{HOUR}/macAddress={MAC}/PT1H.json") == (None, None, NINE, MAC)
    assert parse_name(f"DEMOVM-NSG/{HOUR}/PT1H.json") == (None, None, NINE, None)


@pytest.mark.parametrize(
    "name", ["", "PT1H.json", "y=2024/PT1H.json", f"resourceId={NSG}/PT1H.json", f"{HOUR}/"]
)
def test_other_names_tell_nothing(name):
    assert parse_name(name) == NOTHING


def test_an_impossible_hour_is_none():
    name = f"resourceId={NSG}/y=2024/m=13/d=19/h=09/m=00/macAddress={MAC}/PT1H.json"
    assert parse_name(name) == ("NSG", NSG, None, MAC)


def test_a_resource_that_is_no_nsg_has_no_family():
    nic = NSG.replace("NETWORKSECURITYGROUPS", "NETWORKINTERFACES")
    assert parse_name(f"resourceId={nic}/{HOUR}/PT1H.json") == (None, nic, NINE, None)


def test_the_rule_counter_log_is_another_log():
    name = f"insights-logs-networksecuritygroupevent/resourceId={NSG}/{HOUR}/PT1H.json"
    assert is_other_log(name)
    assert parse_name(name) == NOTHING
    assert not is_other_log(name.replace("groupevent", "groupflowevent"))


@pytest.mark.parametrize(
    ("text", "mac"), [("00:0d:3a:b1:78:75", MAC), ("00 0D", None), ("", None), ("X" * 12, None)]
)
def test_macs(text, mac):
    assert parse_mac(text) == mac


@given(st.text())
def test_no_text_is_an_error(text):
    parse_name(text)
    parse_name(f"resourceId=/{text}/{HOUR}/macAddress={text}/PT1H.json")


hours = st.integers(0, 4 * 366 * 24).map(lambda n: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(hours=n))


@given(hours, hours)
def test_prefixes_cover_each_hour_once_and_no_other(one, other):
    start, end = sorted((one, other))
    prefixes = list(span_prefixes("f", start, end))
    near = [start + timedelta(hours=n) for n in (-25, -1, 0, 1, 24)]
    for hour in near + [end + timedelta(hours=n) for n in (-25, -1, 0, 1, 24)]:
        matches = sum(hour_prefix("f", hour).startswith(p) for p in prefixes)
        assert matches == (start <= hour < end)


def test_a_span_within_an_hour_is_that_hour():
    assert list(span_prefixes("f", NINE.replace(minute=20), NINE.replace(minute=30))) == [
        hour_prefix("f", NINE)
    ]


def test_the_last_year_that_there_is():
    late = datetime(9999, 12, 31, 22, tzinfo=UTC)
    assert list(span_prefixes("f", late, late + timedelta(hours=1))) == [hour_prefix("f", late)]
