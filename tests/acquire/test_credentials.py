"""Who reads, and that no secret shows."""

import getpass
import logging

import azure.identity
import pytest
from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.storage.blob._shared.authentication import SharedKeyCredentialPolicy

from nsgkit.acquire import blobs
from nsgkit.acquire.container_url import Container
from nsgkit.acquire.credentials import choose_credential, guard_logs, redact
from nsgkit.errors import NsgkitError

AZURE = Container("https://demo.blob.core.windows.net/c", "demo", "c", False)
HERE = Container("http://127.0.0.1:1/devstoreaccount1/c", "devstoreaccount1", "c", True)
CANARY = "sv=2024&sp=rl&sig=canary%2Bcanary%3D"


class Token:
    def get_token(self, *_scopes):
        raise AssertionError


@pytest.fixture(autouse=True)
def no_sas(monkeypatch):
    monkeypatch.delenv("NSGKIT_SAS", raising=False)


def test_by_default_it_is_the_default_credential():
    assert choose_credential(AZURE).kind == "default"


def test_a_credential_of_azure_identity_is_called_by_its_class():
    assert choose_credential(AZURE, Token()).description == "Token"


@pytest.mark.parametrize("text", [CANARY, f"?{CANARY}", f" '{AZURE.url}?{CANARY}' \n"])
def test_a_sas_from_the_environment(monkeypatch, text):
    monkeypatch.setenv("NSGKIT_SAS", text)
    chosen = choose_credential(AZURE)
    assert (chosen.kind, chosen.value) == ("sas", CANARY)
    assert "canary" not in repr(chosen)


def test_a_sas_from_a_hidden_prompt(monkeypatch):
    monkeypatch.setattr(getpass, "getpass", lambda _: CANARY)
    assert choose_credential(AZURE, "sas").value == CANARY


def test_a_credential_on_purpose_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("NSGKIT_SAS", CANARY)
    assert choose_credential(AZURE, Token()).kind == "token"


def test_the_emulator_needs_no_credential():
    assert choose_credential(HERE).kind == "key"


KEYS = [
    "canary==",
    {"account_name": "demo", "account_key": "canary=="},
    AzureNamedKeyCredential("demo", "canary=="),
    SharedKeyCredentialPolicy("demo", "canary=="),
]


@pytest.mark.parametrize("key", KEYS)
def test_an_account_key_opens_an_emulator_however_it_is_given(key):
    chosen = choose_credential(HERE, key)
    assert (chosen.kind, chosen.value) == ("key", "canary==")
    assert "canary" not in repr(chosen)


NO_KEYS = [
    "AccountName=demo;AccountKey=canary==",
    "",
    "c\u00e4nary",
    b"canary==",
    {},
    5,
    AzureSasCredential("canary"),
]


@pytest.mark.parametrize(
    ("address", "secret"), [*((AZURE, s) for s in KEYS + NO_KEYS), *((HERE, s) for s in NO_KEYS)]
)
def test_other_secrets_are_refused_and_not_repeated(address, secret):
    with pytest.raises(NsgkitError, match="far more than reading") as raised:
        choose_credential(address, secret)
    assert "canary" not in str(raised.value)


def test_what_is_no_sas_is_refused_and_not_repeated(monkeypatch):
    monkeypatch.setenv("NSGKIT_SAS", "canary==")
    with pytest.raises(NsgkitError, match="no SAS") as raised:
        choose_credential(AZURE)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    "text", [CANARY, CANARY.replace("=", "%3D"), f"GET /c?{CANARY}&comp=list", f"('{CANARY}')"]
)
def test_signatures_are_taken_out_of_any_text(text):
    assert "canary" not in redact(text)
    assert "sp=rl" in redact(text) or "sp%3Drl" in redact(text)


def test_libraries_log_no_signature(caplog):
    guard_logs()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("urllib3.connectionpool").debug('%s "GET %s"', "https://demo", f"/c?{CANARY}")
    assert caplog.messages == ['https://demo "GET /c?sv=2024&sp=rl&sig=REDACTED"']


@pytest.mark.parametrize(
    ("cloud", "asked"),
    [
        ("core.windows.net", {}),
        ("core.usgovcloudapi.net", {"authority": "login.microsoftonline.us"}),
        ("core.chinacloudapi.cn", {"authority": "login.chinacloudapi.cn"}),
    ],
)
def test_people_of_a_sovereign_cloud_sign_in_there(monkeypatch, cloud, asked):
    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", lambda **options: options)
    address = Container(f"https://demo.blob.{cloud}/c", "demo", "c", False)
    assert blobs._sdk_credential(address, choose_credential(address)) == asked
