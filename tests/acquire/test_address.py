"""A container's address is checked before anything is sent."""

import pytest

from nsgkit.acquire.address import parse_address
from nsgkit.errors import NsgkitError

FLOWS = "insights-logs-networksecuritygroupflowevent"


def test_an_account_in_azure():
    url = f"https://demostorage120.blob.core.windows.net/{FLOWS}"
    assert parse_address(f" {url}/ \n") == (url, "demostorage120", FLOWS, False)


def test_an_emulator():
    url = f"http://127.0.0.1:10000/devstoreaccount1/{FLOWS}"
    assert parse_address(url) == (url, "devstoreaccount1", FLOWS, True)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"https://a.blob.core.windows.net/{FLOWS}?sv=1&sig=canary", "environment variable NSGKIT_SAS"),
        (f"https://user:canary@a.blob.core.windows.net/{FLOWS}", "environment variable NSGKIT_SAS"),
        (f"http://a.blob.core.windows.net/{FLOWS}", "begins with https://"),
        ("AccountName=a;AccountKey=canary", "begins with https://"),
        ("demostorage120", "begins with https://"),
        ("https://a.blob.core.windows.net/", f"Add {FLOWS}"),
        ("http://127.0.0.1:10000", f"Add {FLOWS}"),
        (f"https://a.blob.core.windows.net/{FLOWS}/resourceId=/X", "ends after the container's name"),
        ("https://a.blob.core.windows.net/insights-logs-networksecuritygroupevent", "another Azure log"),
    ],
)
def test_what_is_no_containers_address_says_what_to_do(url, says):
    with pytest.raises(NsgkitError, match=says) as raised:
        parse_address(url)
    assert "canary" not in str(raised.value)
