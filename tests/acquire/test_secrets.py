"""Token and SAS, used for real, and a canary: after all that can go wrong, the secret is nowhere."""

import base64
import json
import logging
import re
import time
import traceback
import uuid
from functools import partial
from urllib.parse import unquote

import ipywidgets
import nbclient
import nbformat
import pytest
from azure.core.credentials import AccessToken
from azure.identity import CredentialUnavailableError
from azure.storage.blob import ContainerClient
from IPython.core import ultratb

from nsgkit import read_logs
from nsgkit.acquire import errors, listing
from nsgkit.acquire.container_url import parse_container_url
from nsgkit.acquire.credentials import EMULATOR_KEY, choose_credential
from nsgkit.acquire.download import download
from nsgkit.acquire.listing import find_blobs, find_logs
from nsgkit.acquire.messages import NAME
from nsgkit.acquire.sources import list_blobs, list_logs
from nsgkit.errors import NsgkitError
from nsgkit.evidence.folder import evidence_blobs
from nsgkit.evidence.verify import verify
from nsgkit.explore import download_explorer
from tests.acquire.logs import hours, name, records, this_hour, until
from tests.acquire.proxy import answer, cut, flip, raw, reset
from tests.azurite import azurite_https, fill, sas, write

pytestmark = pytest.mark.azurite
DAY = {"start": "2024-12-19", "end": "2024-12-20"}
MODES = ["Plain", "Context", "Verbose"]


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


def _find_logs(url, _):
    find_logs(url)


def _find_blobs(url, _):
    find_blobs(url, "2024-12-19", "2024-12-20")


def _list_logs(url, _):
    list_logs(url)


def _list_blobs(url, _):
    list_blobs(url, "2024-12-19", "2024-12-20")


def _download(url, folder):
    download(url, folder / "e", **DAY)


CALLS = [_find_logs, _find_blobs, _list_logs, _list_blobs, _download]
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
FAULTS = {
    "reset": reset,
    "cut": cut,
    "403": answer(403),
    "404": answer(404),
    "409": answer(409),
    "500": answer(500),
    "302": answer(302, Location="http://127.0.0.1:1/"),
    "login page": raw(HTML),
    "bad length": raw(HTML.replace(b": 6", b": abc")),
    "bad date": answer(200, Date="soon"),
}


def failed(call, *given):
    """The error that leaves a call, its traceback beginning in the call."""
    try:
        call(*given)
    except BaseException as error:
        return error
    raise AssertionError("it did not fail")


def within(error):
    """All that can be reached from an error: its chain, each frame's locals, and these one level deep."""
    behind, seen = [error], set()
    while behind:
        one = behind.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        behind += [one.__cause__, one.__context__]
        yield from (repr(one), str(one), repr(vars(one)))
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if frame.f_code.co_filename != __file__:
                for value in frame.f_locals.values():
                    yield repr(value)
                    yield from (repr(a) for a in getattr(value, "__dict__", {}).values())


def rendered(error, mode):
    """The traceback as IPython shows it, from the call on."""
    shown = ultratb.FormattedTB(mode=mode).text(type(error), error, error.__traceback__.tb_next)
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)


def spellings(sas_or_key):
    signature = sas_or_key.partition("sig=")[2].partition("&")[0] or sas_or_key
    return {signature, unquote(signature)}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_no_frame_behind_an_error_holds_the_sas(container, url, proxy, with_sas, tmp_path, call, fault):  # noqa: PLR0917
    fill(container, [name()])
    proxy.fail(fault, times=500, on="list")
    error = failed(call, url, tmp_path)
    assert isinstance(error, NsgkitError)
    shown = "\n".join([*within(error), rendered(error, "Verbose")])
    assert "raise " in shown  # the frames are shown
    for spelling in spellings(with_sas):
        assert spelling not in shown


@pytest.mark.parametrize("mistake", [ZeroDivisionError("ours"), KeyboardInterrupt(), MemoryError()], ids=repr)
@pytest.mark.parametrize("call", CALLS)
def test_nor_does_one_behind_an_error_that_is_none_of_ours(  # noqa: PLR0917
    container, url, proxy, with_sas, tmp_path, call, mistake, monkeypatch
):
    fill(container, [name()])

    def mistaken(*_, **__):
        raise mistake

    monkeypatch.setattr(listing, "list_folders", mistaken)
    error = failed(call, url, tmp_path)
    assert error is mistake
    shown = "\n".join([*within(error), rendered(error, "Verbose")])
    for spelling in spellings(with_sas):
        assert spelling not in shown


KEY = base64.b64encode(b"a canary of a key, which opens nothing").decode()
PASTED = [
    lambda url, folder: find_logs(url + "?sv=1&sig=CANARY"),
    lambda url, folder: list_blobs(url + "?sv=1&sig=CANARY", "2024-12-19", "2024-12-20"),
    lambda url, folder: download(url + "?sv=1&sig=CANARY", folder / "e", **DAY),
    lambda url, folder: read_logs(url + "?sv=1&sig=CANARY"),
    lambda url, folder: find_logs(url, credential="sv=1&sig=CANARY"),
    lambda url, folder: find_logs(url, credential=KEY),
    lambda url, folder: download(url, folder / "e", **DAY, credential=KEY),
    lambda url, folder: find_logs("https://demo.blob.core.windows.net/c", credential=KEY),
]


@pytest.mark.parametrize("call", PASTED)
def test_what_was_pasted_is_in_no_frame_of_ours(container, url, tmp_path, call):
    fill(container, [name()])
    error = failed(call, url, tmp_path)
    assert isinstance(error, NsgkitError)
    shown = "\n".join(within(error))
    assert str(error) in shown
    for canary in ("CANARY", KEY):
        assert canary not in shown


def test_a_sas_that_is_none_is_in_no_frame(direct, monkeypatch):
    monkeypatch.setenv("NSGKIT_SAS", KEY)
    error = failed(find_logs, direct)
    assert "That is no SAS" in str(error)
    assert KEY not in "\n".join([*within(error), rendered(error, "Verbose")])


def test_a_proxy_that_is_none_shows_nothing_of_the_environment(monkeypatch, with_sas):
    monkeypatch.setenv("HTTPS_PROXY", "ftp://me:CANARY@proxy")
    error = failed(find_logs, "https://demo.blob.core.windows.net/flow-logs")
    shown = "\n".join([*within(error), rendered(error, "Verbose")])
    assert "HTTPS_PROXY" in str(error)
    for canary in ("CANARY", *spellings(with_sas)):
        assert canary not in shown


def test_no_frame_holds_a_token(https, tmp_path):
    token = Token(exp=1)
    error = failed(partial(download, https, tmp_path / "e", **DAY, credential=token))
    assert isinstance(error, errors.RefusedError)
    given = token.get_token().token.split(".")[0]  # its header, which is the same each time
    shown = "\n".join([*within(error), rendered(error, "Verbose")])
    assert given not in shown


def test_a_credential_hides_what_it_holds(direct, with_sas):
    credential = choose_credential(parse_container_url(direct))
    assert with_sas not in repr(credential) + str(credential) + repr([credential])


def buttons_of(widget):
    """The buttons in a widget by what they say."""
    inner = [buttons_of(child) for child in getattr(widget, "children", ())]
    own = {widget.description: widget} if isinstance(widget, ipywidgets.Button) else {}
    return {word: found for part in (own, *inner) for word, found in part.items()}


def shown_by(widget):
    """All that a widget and those in it hold."""
    return repr(widget.get_state()) + "".join(shown_by(child) for child in getattr(widget, "children", ()))


@pytest.mark.parametrize("on", ["list", "read"])
def test_the_explorer_shows_no_sas(container, url, proxy, with_sas, tmp_path, on):  # noqa: PLR0917
    fill(container, [name(hour) for hour in hours(4)])
    explorer = download_explorer(url, list_logs(url), folder=str(tmp_path / "e"))
    buttons = buttons_of(explorer)
    if on == "read":
        buttons["Look"].click()
    proxy.fail(answer(403), times=500, on=on)
    buttons["Look" if on == "list" else "Download"].click()
    until(lambda: "Storage Blob Data Reader" in shown_by(explorer), seconds=20)
    for spelling in spellings(with_sas):
        assert spelling not in shown_by(explorer)


CELLS = """
%xmode {mode}
import logging, nsgkit
logging.basicConfig(level=logging.DEBUG)
---
nsgkit.find_logs("{url}")
---
nsgkit.download("{url}", "{folder}", start="2024-12-19", end="2024-12-22")
"""


@pytest.mark.parametrize("on", ["list", "read"])
@pytest.mark.parametrize("mode", MODES)
def test_a_notebook_that_fails_holds_no_sas(container, url, proxy, with_sas, tmp_path, mode, on):  # noqa: PLR0917
    fill(container, [name(hour) for hour in hours(30)])
    proxy.fail(answer(403), times=500, on=on)
    cells = CELLS.format(mode=mode, url=url, folder=tmp_path / "e").split("---")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    nbclient.NotebookClient(notebook, allow_errors=True, timeout=60).execute()
    left = json.dumps(notebook)
    assert '"output_type": "error"' in left
    assert "sig=REDACTED" in left  # what the libraries logged is there
    for spelling in spellings(with_sas):
        assert spelling not in left


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
