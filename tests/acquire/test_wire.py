"""The wire carries requests that change nothing, to the one host that was asked for."""

from types import SimpleNamespace

import pytest
from azure.storage.blob import ContainerClient

from nsgkit.acquire.faults import RefusedError
from nsgkit.acquire.identity import EMULATOR_KEY
from nsgkit.acquire.wire import Wire

pytestmark = pytest.mark.azurite


@pytest.mark.parametrize("change", ["delete_container", "create_container"])
def test_no_request_that_changes_anything_is_sent(container, url, proxy, change):
    client = ContainerClient.from_container_url(url, EMULATOR_KEY, transport=Wire(url, 1), retry_total=0)
    with client, pytest.raises(RefusedError, match="Only list, get and head"):
        getattr(client, change)()
    assert proxy.requests == []
    assert container.exists()


@pytest.mark.parametrize("elsewhere", ["http://example.com/c", "{}0/c", "{}@example.com/c"])
def test_no_request_goes_elsewhere(account, elsewhere):
    origin = account.rpartition("/")[0]
    request = SimpleNamespace(method="GET", url=elsewhere.format(origin), headers={})
    with Wire(account, 1) as wire, pytest.raises(RefusedError, match=origin):
        wire.send(request)
