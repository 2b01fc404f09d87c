"""A container's address, as an analyst pastes it, taken apart and checked."""

from typing import NamedTuple
from urllib.parse import urlsplit

from nsgkit.errors import NsgkitError
from nsgkit.layout import CONTAINERS, is_other_log

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_EXAMPLE = "https://ACCOUNT.blob.core.windows.net/insights-logs-networksecuritygroupflowevent"


class Address(NamedTuple):
    """Where a container is."""

    url: str
    account: str
    container: str
    loopback: bool  # a storage emulator on this machine

    @property
    def scheme(self) -> str:
        """Return https, or http for an emulator."""
        return self.url.partition(":")[0]


def parse_address(container_url: str) -> Address:
    """Take a container's URL apart.

    Raises NsgkitError where it is no container's URL, holds a secret, is not encrypted, or is
    the container of another Azure log.

    >>> parse_address("https://demo.blob.core.windows.net/insights-logs-flowlogflowevent").account
    'demo'
    """
    parts = urlsplit(container_url.strip())
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise NsgkitError(
            "The container's URL carries a secret or something after its name. Keep only what stands before "
            "the question mark; put a SAS into the environment variable NSGKIT_SAS instead."
        )
    loopback = parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise NsgkitError(f"A container's URL begins with https://, such as {_EXAMPLE}.")
    folders = [part for part in parts.path.split("/") if part]
    account = folders.pop(0) if loopback and folders else (parts.hostname or "").split(".")[0]
    container = _container(folders)
    if is_other_log(container):
        raise NsgkitError(
            f"The container {container} holds another Azure log, without flows. Flow logs are in "
            f"{' and '.join(CONTAINERS)}."
        )
    return Address(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", account, container, loopback)


def _container(folders: list[str]) -> str:
    if len(folders) == 1:
        return folders[0]
    if folders:
        raise NsgkitError(
            f"Give the container's URL, which ends after the container's name ({folders[0]}); choose what is "
            "in it with resource, mac, start and end."
        )
    raise NsgkitError(f"The URL names no container. Add {' or '.join(CONTAINERS)} to it, such as {_EXAMPLE}.")
