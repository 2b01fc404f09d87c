"""Who reads: which credential is used, where a secret may come from, and where none may show."""

import base64
import getpass
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from nsgkit.acquire.container_url import Container
from nsgkit.errors import NsgkitError

SAS_VARIABLE = "NSGKIT_SAS"
ASK = "sas"  # the credential that means: ask for a SAS at a hidden prompt
EMULATOR = "devstoreaccount1"
# Published by Microsoft for every storage emulator: it opens nothing but one on this machine.
EMULATOR_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_SIGNATURE = re.compile(r"(sig(?:=|%3D))[^&\s'\"<>)]+", re.IGNORECASE)
# These log whole URLs at DEBUG, and a URL carries the SAS.
_CHATTY = ("urllib3.connectionpool", "urllib3.util.retry", "requests")


@dataclass(frozen=True)
class Credential:
    """Who reads: the kind of credential, its description, and the credential itself, which is never shown."""

    kind: Literal["token", "default", "sas", "key"]
    description: str
    value: object = field(repr=False, default=None)


def choose_credential(container: Container, credential: object = None) -> Credential:
    """Decide who reads the container.

    `credential` is any credential of azure-identity; "sas" asks for a SAS at a hidden prompt; an
    account key is taken for an emulator on this machine alone. Without one it is the SAS in the
    environment variable NSGKIT_SAS, the emulator's published key on this machine, else
    DefaultAzureCredential. Raises NsgkitError for anything else, without repeating it.

    >>> choose_credential(Container("https://x", "x", "c", False)).description
    'DefaultAzureCredential (environment, managed identity, Azure CLI and others: the first that works)'
    """
    if credential is None:
        return _unasked(container)
    if hasattr(credential, "get_token"):
        if container.scheme != "https":
            raise NsgkitError("A token is sent over HTTPS only: the URL must begin with https://.")
        return Credential("token", type(credential).__name__, credential)
    if credential == ASK:
        return Credential("sas", "a SAS from the prompt", _sas(getpass.getpass("SAS (not shown): ")))
    if container.loopback and _is_key(key := _key_in(credential)):
        return Credential("key", "an account key for a storage emulator on this machine", key)
    raise NsgkitError(
        f"This credential is not taken: {type(credential).__name__}. Give a credential of azure-identity, or "
        f'"{ASK}" to be asked for a SAS, or put a SAS into the environment variable {SAS_VARIABLE}. Account '
        "keys and connection strings are refused: they open far more than reading needs."
    )


def _unasked(container: Container) -> Credential:
    # Not by os.environ, which a traceback with variables would show whole.
    if os.getenv(SAS_VARIABLE):
        description = f"a SAS from the environment variable {SAS_VARIABLE}"
        return Credential("sas", description, _sas(os.getenv(SAS_VARIABLE, "")))
    if container.loopback and container.account == EMULATOR:
        return Credential("key", "the published key of the storage emulator on this machine", EMULATOR_KEY)
    order = "environment, managed identity, Azure CLI and others: the first that works"
    return Credential("default", f"DefaultAzureCredential ({order})")


def redact(text: object) -> str:
    """Return the text without any SAS signature.

    >>> redact("GET /c?sp=rl&sig=c2VjcmV0%3D&comp=list")
    'GET /c?sp=rl&sig=REDACTED&comp=list'
    """
    return _SIGNATURE.sub(r"\1REDACTED", str(text))


def guard_logs() -> None:
    """Keep signatures out of what the libraries below the SDK log; it may be called often."""
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_redact_record)


def _redact_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = redact(record.getMessage()), None
    return True


def _key_in(credential: object) -> object:
    """Return the account key that a credential of the SDK or a dict holds; a text is one itself."""
    if isinstance(credential, Mapping):
        return credential.get("account_key")
    named = getattr(credential, "named_key", credential)  # AzureNamedKeyCredential
    return getattr(named, "account_key", getattr(named, "key", named))


def _is_key(key: object) -> bool:
    try:
        return isinstance(key, str) and bool(base64.b64decode(key, validate=True))
    except ValueError:
        return False


def _sas(text: str) -> str:
    sas = text.strip().strip("'\"").rpartition("?")[2]
    if "sig=" not in sas:
        raise NsgkitError("That is no SAS: a SAS is a line such as sv=…&sp=rl&sig=…, as the portal gives it.")
    return sas
