"""Token and SAS, used for real, and a canary: after all that can go wrong, the secret is nowhere."""

import base64
import json
import logging
import time
import traceback
import uuid
from urllib.parse import unquote

import pytest
from azure.core.credentials import AccessToken
from azure.identity import CredentialUnavailableError
from azure.storage.blob import ContainerClient

from nsgkit.acquire import errors
from nsgkit.acquire.credentials import EMULATOR_KEY
from nsgkit.acquire.download import download
from nsgkit.acquire.listing import find_logs
from nsgkit.acquire.messages import NAME
from nsgkit.errors import NsgkitError
from nsgkit.evidence.folder import evidence_blobs
from nsgkit.evidence.verify import verify
from tests.acquire.logs import hours, name, records, this_hour
from tests.acquire.proxy import answer, cut, flip, reset
from tests.azurite import azurite_https, fill, sas, write

pytestmark = pytest.mark.azurite
DAY = {"start": "2024-12-19", "end": "2024-12-20"}


class Token:
    """A credential that the emulator takes: nobody has signed it."""

    def __init__(self, **claims):
        self.claims = claims

    def get_token(self, *_scopes, **_options):
        now = int(time.time())
        claims = {
            "aud": "https://storage.azure.com",
            "iss": f"https://sts.windows.net/{uuid.UUID(int=1)}/",
            "iat": now - 10,
            "nbf": now - 10,
            "exp": now + 3600,
        } | self.claims
        return AccessToken(f"{_packed({'typ': 'JWT', 'alg': 'RS256'})}.{_packed(claims)}.c2ln", claims["exp"])


class SignedOut:
    def get_token(self, *_scopes, **_options):
        raise CredentialUnavailableError(message="Please run 'az login' to set up an account")


@pytest.fixture(scope="module")
def https(tmp_path_factory):
    """An emulator that wants tokens, over https; gives the URL of a container with one blob."""
    with azurite_https(tmp_path_factory.mktemp("certificates")) as account:
        container = ContainerClient(account, "flow-logs", credential=EMULATOR_KEY)
        container.create_container()
        fill(container, [name()])
        yield f"{account}/flow-logs"


def test_a_token_opens_the_container(https, tmp_path, caplog):
    caplog.set_level(logging.INFO, NAME)
    download(https, tmp_path / "e", **DAY, credential=Token())
    assert [blob.name for blob in evidence_blobs(tmp_path / "e")] == [name()]
    assert "as Token." in caplog.text


@pytest.mark.parametrize(
    "claims", [{"exp": 1}, {"aud": "https://management.azure.com/"}], ids=["old", "other"]
)
def test_a_token_that_does_not_open_it_is_tried_once(https, tmp_path, claims):
    with pytest.raises(errors.RefusedError, match="Storage Blob Data Reader"):
        download(https, tmp_path / "e", **DAY, credential=Token(**claims))


def test_nobody_signed_in_says_how_to(https):
    with pytest.raises(NsgkitError, match="run `az login`"):
        find_logs(https, credential=SignedOut())


def test_a_token_is_never_sent_in_the_clear(container, direct):
    with pytest.raises(NsgkitError, match="HTTPS"):
        find_logs(direct, credential=Token())


def test_a_sas_opens_the_container(container, direct, with_sas, tmp_path):
    fill(container, [name()])
    download(direct, tmp_path / "e", **DAY)
    assert verify(tmp_path / "e").ok


@pytest.mark.parametrize(("permission", "hours_left"), [("rl", -1), ("r", 1)], ids=["old", "blind"])
def test_a_sas_that_does_not_suffice_says_what_it_takes(
    container, direct, monkeypatch, permission, hours_left
):
    monkeypatch.setenv("NSGKIT_SAS", sas(container.container_name, permission, hours_left))
    with pytest.raises(NsgkitError, match="allows read and list"):
        find_logs(direct)


def test_a_canary_is_in_nothing_that_a_run_leaves(container, url, proxy, with_sas, tmp_path, capfd, caplog):  # noqa: PLR0917
    with caplog.at_level(logging.DEBUG):
        told = _everything_that_can_go_wrong(container, url, proxy, tmp_path / "e")
    left = [path.read_bytes().decode() for path in (tmp_path / "e").rglob("*") if path.is_file()]
    signature = with_sas.partition("sig=")[2].partition("&")[0]
    everything = "\n".join([told, caplog.text, *capfd.readouterr(), *left])
    assert "sig=REDACTED" in caplog.text  # the libraries did log URLs
    for spelling in {signature, unquote(signature)}:
        assert spelling not in everything


def _everything_that_can_go_wrong(container, url, proxy, evidence):
    """Run into each fault and return what was said of it, tracebacks with everything behind them included."""
    fill(container, [name(hour) for hour in hours(5)])
    write(container, name(this_hour()), records(2))
    told = []
    for fault in (reset, cut, flip, answer(429), answer(500), answer(403), answer(404), answer(409)):
        for on in ("list", "read", "blocks"):
            proxy.reset()
            proxy.fail(fault, times=500, on=on)
            try:
                told.append(str(download(url, evidence, start="2024-12-19")))
            except NsgkitError as error:
                told += [repr(error), *traceback.format_exception(error, chain=True), repr(error.__context__)]
    proxy.reset()
    told += [
        str(download(url, evidence, start="2024-12-19")),
        str(verify(evidence)),
        repr(evidence_blobs(evidence)),
    ]
    told.append(find_logs(url).to_string())
    return "\n".join(told)


def _packed(claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
