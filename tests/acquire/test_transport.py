"""The transport carries requests that change nothing, to the one host that was asked for."""

import socket
import threading
import traceback
from types import SimpleNamespace

import pytest
from azure.storage.blob import ContainerClient
from urllib3.exceptions import HTTPError

from nsgkit.acquire.credentials import EMULATOR_KEY
from nsgkit.acquire.errors import RefusedError
from nsgkit.acquire.transport import HttpTransport
from nsgkit.errors import NsgkitError

FAR = "https://demo.blob.core.windows.net/c"


@pytest.fixture
def a_proxy():
    """A proxy that lets nobody through; gives its address and what it was asked."""
    asked = []

    def serve():
        connection, _ = server.accept()
        with connection:
            asked.append(connection.recv(1000).split(b"\r\n")[0])
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", asked


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_a_proxy_that_the_environment_names_is_used(a_proxy, monkeypatch, scheme):
    address, asked = a_proxy
    monkeypatch.setenv("HTTPS_PROXY", scheme + address)
    request = SimpleNamespace(method="GET", url=FAR, headers={})
    with HttpTransport(FAR, 1) as transport, pytest.raises(HTTPError):
        transport.send(request)
    assert asked[0].startswith(b"CONNECT demo.blob.core.windows.net:443 ")


def test_a_proxy_that_is_none_is_told_without_its_password(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "ftp://me:canary@proxy")
    with pytest.raises(NsgkitError, match="HTTPS_PROXY") as told:
        HttpTransport(FAR, 1)
    assert "canary" not in "".join(traceback.format_exception(told.value))


@pytest.mark.azurite
@pytest.mark.parametrize("change", ["delete_container", "create_container"])
def test_no_request_that_changes_anything_is_sent(container, url, proxy, change):
    client = ContainerClient.from_container_url(
        url, EMULATOR_KEY, transport=HttpTransport(url, 1), retry_total=0
    )
    with client, pytest.raises(RefusedError, match="Only list, get and head"):
        getattr(client, change)()
    assert proxy.requests == []
    assert container.exists()


@pytest.mark.azurite
@pytest.mark.parametrize("elsewhere", ["http://example.com/c", "{}0/c", "{}@example.com/c"])
def test_no_request_goes_elsewhere(account, elsewhere):
    origin = account.rpartition("/")[0]
    request = SimpleNamespace(method="GET", url=elsewhere.format(origin), headers={})
    with HttpTransport(account, 1) as transport, pytest.raises(RefusedError, match=origin):
        transport.send(request)
