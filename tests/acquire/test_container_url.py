"""A container's URL is checked before anything is sent."""

from urllib.parse import quote

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.acquire.container_url import parse_container_url
from nsgkit.errors import NsgkitError
from tests.acquire.logs import name

FLOWS = "insights-logs-networksecuritygroupflowevent"
URL = f"https://demo.blob.core.windows.net/{FLOWS}"
BLOB = name()
PORTAL = (
    "https://{}/#view/Microsoft_Azure_Storage/ContainerMenuBlade/~/overview/storageAccountId/%2Fsubscriptions%2FS"
    "%2FresourceGroups%2FR%2Fproviders%2FMicrosoft.Storage%2FstorageAccounts%2Fdemo/path/{}/etag/%220x8D%22"
)


def test_an_account_in_azure():
    assert parse_container_url(f" {URL}/ \n") == (URL, "demo", FLOWS, False, "")


def test_an_emulator():
    url = f"http://127.0.0.1:10000/devstoreaccount1/{FLOWS}"
    assert parse_container_url(url) == (url, "devstoreaccount1", FLOWS, True, "")


@pytest.mark.parametrize(
    "host",
    ["blob.core.usgovcloudapi.net", "blob.core.chinacloudapi.cn", "z01.blob.storage.azure.net"],
)
def test_another_cloud(host):
    url = f"https://demo.{host}/{FLOWS}"
    assert parse_container_url(url) == (url, "demo", FLOWS, False, "")


@pytest.mark.parametrize(
    "given",
    [
        f"abfss://{FLOWS}@demo.dfs.core.windows.net/", f"abfss://{FLOWS}@demo.dfs.core.windows.net",
        f"wasbs://{FLOWS}@demo.blob.core.windows.net/", f"abfss://{FLOWS}@demo.dfs.core.windows.net/{BLOB}",
        f"https://demo.dfs.core.windows.net/{FLOWS}", f"{URL}/{BLOB}", f"{URL}/{quote(BLOB, safe='')}",
        f"https://demo.dfs.core.windows.net/{FLOWS}/{BLOB}", PORTAL.format("portal.azure.com", FLOWS),
        PORTAL.format("ms.portal.azure.com", FLOWS),
    ],
)  # fmt: skip
def test_what_stands_for_a_container_is_translated_and_told(given):
    container = parse_container_url(given)
    assert container[:4] == (URL, "demo", FLOWS, False)
    assert URL in container.note


def test_a_sovereign_portal_stands_for_its_own_cloud():
    container = parse_container_url(PORTAL.format("portal.azure.us", FLOWS))
    assert container.url == f"https://demo.blob.core.usgovcloudapi.net/{FLOWS}"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"{URL}?sv=1&sig=canary", "environment variable NSGKIT_SAS"),
        (f"{URL}%3Fsv=1&sig=canary", "environment variable NSGKIT_SAS"),
        (f"{URL}%253Fsig=canary", "environment variable NSGKIT_SAS"),
        (f"{URL};AccountKey=canary", "environment variable NSGKIT_SAS"),
        (f"{URL}#canary", "environment variable NSGKIT_SAS"),
        (f"{URL}/sig=canary", "environment variable NSGKIT_SAS"),
        (f"https://user:canary@a.blob.core.windows.net/{FLOWS}", "environment variable NSGKIT_SAS"),
        (f"abfss://{FLOWS}:canary+@a.dfs.core.windows.net/", "environment variable NSGKIT_SAS"),
        (f"http://a.blob.core.windows.net/{FLOWS}", "begins with https://"),
        ("AccountName=a;AccountKey=canary", "begins with https://"),
        ("demostorage120", "begins with https://"),
        ("host:canary/c", "begins with https://"),
        ("https://host:canary/c", "begins with https://"),
        ("https://host:99999/c", "begins with https://"),
        ("https://[canary/c", "begins with https://"),
        ("http://[::1", "begins with https://"),
        ("https://can ary/c", "begins with https://"),
        ("https://canary\u2100/c", "begins with https://"),
        (f"{URL}/{'canary' * 1000}", "begins with https://"),
        ("https://a.blob.core.windows.net/", f"Add {FLOWS}"),
        ("http://127.0.0.1:10000", f"Add {FLOWS}"),
        ("https://a.blob.core.windows.net/Canary==", "3 to 63 small letters"),
        ("https://a.blob.core.windows.net/$canary", "3 to 63 small letters"),
        ("http://127.0.0.1:10000/canary==/flows", "begins with https://"),
        (f"{URL}/canary/PT1H.json", "ends after the container's name"),
        ("https://a.blob.core.windows.net/insights-logs-networksecuritygroupevent", "another Azure log"),
        ("https://a.blob.core.windows.net/$logs", "another Azure log"),
        (f"https://a.file.core.windows.net/{FLOWS}", "the account's file service"),
        (PORTAL.format("portal.azure.com", "Canary=="), "3 to 63 small letters"),
        (
            "https://portal.azure.com/#@canary/resource/subscriptions/S/storageAccounts/demo/overview",
            "page of the Azure portal",
        ),
    ],
)
def test_what_is_no_containers_address_says_what_to_do(url, says):
    with pytest.raises(NsgkitError, match=says) as raised:
        parse_container_url(url)
    assert "canary" not in str(raised.value).lower()
    assert raised.value.__context__ is None


@pytest.mark.parametrize("given", [None, "", " ", b"https://canary", pd.NaT, 5, 1.5, ["x"]])
def test_what_is_no_text_is_one_sentence(given):
    with pytest.raises(NsgkitError, match=r"^url takes no .*: give a container's URL, such as \S+\.$"):
        parse_container_url(given)


SECRET = "s3cret+/s3cret=="
PLACES = st.sampled_from(
    [
        f"{URL}{{}}",
        f"https://{{}}.blob.core.windows.net/{FLOWS}",
        "https://demo.blob.core.windows.net/{}",
        "abfss://{}@demo.dfs.core.windows.net/",
        f"{URL}/{BLOB}{{}}",
        "http://127.0.0.1:10000/{}/flows",
        "{}",
        PORTAL.format("portal.azure.com", "{}"),
    ]
)


@given(PLACES, st.text("?&;=@:#/[]%$ ~\\", max_size=5), st.integers(0, 2))
def test_no_secret_is_ever_repeated(place, before, times):
    secret = before + SECRET
    for _ in range(times):
        secret = quote(secret, safe="")
    try:
        told = str(parse_container_url(place.format(secret)))
    except NsgkitError as error:
        told = str(error)
    assert "s3cret" not in told
