"""A container's URL, as an analyst pastes it: translated where it is plain, else refused with the reason.

A secret may stand anywhere in what was pasted, also percent-encoded. So it is decoded first, and nothing
of it is repeated but the names of an account and a container that have the form of one.
"""

import re
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from nsgkit.errors import NsgkitError, shown
from nsgkit.layout import CONTAINERS, ROOTS, is_other_log

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_EXAMPLE = "https://ACCOUNT.blob.core.windows.net/insights-logs-networksecuritygroupflowevent"
_LONGEST = 4_000  # characters; the longest blob's name has 1,024
_HADOOP = {"abfss", "abfs", "wasbs", "wasb"}  # scheme://CONTAINER@ACCOUNT.dfs.core.windows.net/
_CLOUDS = {
    "azure.com": "core.windows.net",
    "azure.us": "core.usgovcloudapi.net",
    "azure.cn": "core.chinacloudapi.cn",
}
_HOST = re.compile(r"::1|[a-z0-9][a-z0-9.-]*")
_SERVICE = re.compile(r"(?<=\.)(?P<service>dfs|file|queue|table|web)(?=\.(?:core|storage)\.)")
_IN_PORTAL = re.compile(
    r"/storageAccounts/(?P<account>[a-z0-9]{3,24})/path/(?P<container>[^/]+)", re.IGNORECASE
)
_CONTAINER = re.compile(r"[a-z0-9-]{3,63}")
_OF_THE_SERVICE = {"$logs", "$root", "$web", "$blobchangefeed"}


class Container(NamedTuple):
    """Where a container is."""

    url: str
    account: str
    name: str
    loopback: bool  # a storage emulator on this machine
    note: str = ""  # what to tell, where something else was given than what is read

    @property
    def scheme(self) -> str:
        """Return https, or http for an emulator."""
        return self.url.partition(":")[0]

    @property
    def place(self) -> dict[str, str]:
        """Return how the manifest names it."""
        return {"account": self.account, "container": self.name}


def parse_container_url(url: object) -> Container:
    """Take a container's URL apart.

    Translated are the URL of a blob of flow logs, the `dfs` host and `abfss://`, which name the same
    blobs, and the portal's link to a container; `note` then says so. Raises NsgkitError where it is no
    container's URL, holds a secret, is not encrypted, or is the container of another Azure log.

    >>> parse_container_url("abfss://insights-logs-flowlogflowevent@demo.dfs.core.windows.net/").url
    'https://demo.blob.core.windows.net/insights-logs-flowlogflowevent'
    """
    parts = _split(url)
    host = parts.hostname or ""
    if found := re.fullmatch(r"(?:[a-z-]+\.)*portal\.(azure\.(?:com|us|cn))", host):
        return _of_portal(parts, _CLOUDS[found[1]])
    loopback = host in _LOOPBACK
    if parts.scheme != "https" and parts.scheme not in _HADOOP and not (loopback and parts.scheme == "http"):
        raise _no_url()
    before, _, _ = parts.netloc.rpartition("@")
    folders = [part for part in parts.path.split("/") if part]
    if parts.scheme in _HADOOP and _CONTAINER.fullmatch(before):
        folders, before = [before, *folders], ""
    if parts.query or parts.fragment or before or re.search(r";|sig=", parts.path):
        raise NsgkitError(
            "The container's URL carries a secret or something after its name. Keep only what stands before "
            "the question mark; put a SAS into the environment variable NSGKIT_SAS instead."
        )
    account = folders.pop(0) if loopback and folders else host.split(".")[0]
    return _of_storage(parts, account, *_name_in(folders))


def _split(given: object) -> SplitResult:
    if not isinstance(given, str) or not given.strip():
        raise NsgkitError(f"url takes no {shown(given)}: give a container's URL, such as {_EXAMPLE}.")
    text = given.strip()
    for _ in range(3):
        text = unquote(text)
    try:
        parts = urlsplit(text)
        well_formed = _HOST.fullmatch(parts.hostname or "") and (parts.port is None or parts.port > 0)
    except ValueError:  # its words show what was given
        well_formed = False
    if not well_formed or len(text) > _LONGEST or not text.isprintable() or set(text) & set(" %\\"):
        raise _no_url()
    return parts


def _no_url() -> NsgkitError:
    return NsgkitError(f"This is no container's URL, which begins with https://, such as {_EXAMPLE}.")


def _of_portal(parts: SplitResult, cloud: str) -> Container:
    found = _IN_PORTAL.search(parts.fragment)
    if found is None:
        raise NsgkitError(
            "This is a page of the Azure portal, which does not name a container. Open the container in the "
            f"portal, choose Properties and paste its URL, such as {_EXAMPLE}."
        )
    account, (container, _) = found["account"].lower(), _name_in([found["container"]])
    url = f"https://{account}.blob.{cloud}/{container}"
    return Container(url, account, container, loopback=False, note=f"The portal's link stands for {url}.")


def _of_storage(parts: SplitResult, account: str, container: str, inside: bool) -> Container:
    host, loopback = parts.hostname or "", parts.hostname in _LOOPBACK
    if loopback and not re.fullmatch(r"[a-z0-9]{3,24}", account):
        raise _no_url()
    found = None if loopback else _SERVICE.search(host)
    if found and found["service"] != "dfs":
        raise NsgkitError(
            f"This is the account's {found['service']} service. Flow logs are in its blob service: write "
            f".blob. in place of .{found['service']}., such as {_EXAMPLE}."
        )
    place = _SERVICE.sub("blob", host, count=1) if found else host
    place = f"[{place}]" if ":" in place else place
    place += f":{parts.port}" if parts.port else ""
    place += f"/{account}" if loopback else ""
    scheme = "http" if parts.scheme == "http" else "https"
    url = f"{scheme}://{place}/{container}"
    note = f"The address stands for {url}." if found or parts.scheme in _HADOOP else ""
    if inside:
        note = f"The whole container {url} is meant: choose what is in it with resource, mac, start and end."
    return Container(url, account, container, loopback, note)


def _name_in(folders: list[str]) -> tuple[str, bool]:
    """Return the container's name, and whether something in it was named too."""
    if not folders:
        raise NsgkitError(
            f"The URL names no container. Add {' or '.join(CONTAINERS)} to it, such as {_EXAMPLE}."
        )
    container, *rest = folders
    if not _CONTAINER.fullmatch(container) and container not in _OF_THE_SERVICE:
        raise NsgkitError(
            "The URL's container has no name that Azure takes: 3 to 63 small letters, digits and hyphens. "
            f"Copy it from the container's Properties in the portal, such as {_EXAMPLE}."
        )
    if is_other_log(container) or container in _OF_THE_SERVICE:
        raise NsgkitError(
            f"The container {container} holds another Azure log, without flows. Flow logs are in "
            f"{' and '.join(CONTAINERS)}."
        )
    if rest and rest[0].lower() not in ROOTS:
        raise NsgkitError(
            f"Give the container's URL, which ends after the container's name ({container}); choose what is "
            "in it with resource, mac, start and end."
        )
    return container, bool(rest)
