"""The emulator, an empty container in it, and the proxy before it, for the tests of this folder."""

import pytest

from nsgkit.acquire import download, retry
from tests.acquire import proxy as proxies
from tests.azurite import azurite, empty_container, sas


@pytest.fixture(scope="session")
def account():
    with azurite() as url:
        yield url


@pytest.fixture(scope="session")
def session_proxy(account):
    with proxies.proxy(account) as proxy:
        yield proxy


@pytest.fixture
def proxy(session_proxy):
    session_proxy.reset()
    yield session_proxy
    session_proxy.reset()


@pytest.fixture
def container(account):
    """An empty container, open for writing."""
    return empty_container(account)


@pytest.fixture
def url(container, proxy):
    """The container's URL, through the proxy."""
    return f"{proxy.url}/{container.container_name}"


@pytest.fixture
def direct(container, account):
    """The container's URL, straight to the emulator."""
    return f"{account}/{container.container_name}"


@pytest.fixture
def with_sas(container, monkeypatch):
    """Read with a SAS from the environment; gives the SAS."""
    token = sas(container.container_name)
    monkeypatch.setenv("NSGKIT_SAS", token)
    return token


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Nobody wants to wait in a test."""
    monkeypatch.setattr(retry, "PAUSE", 0.01)
    monkeypatch.setattr(download, "EVERY", 0.05)
    monkeypatch.delenv("NSGKIT_SAS", raising=False)
