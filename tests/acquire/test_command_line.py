"""`python -m nsgkit download` and `verify`, as an analyst types them."""

import getpass
import re

import pytest

from nsgkit.__main__ import main
from nsgkit.evidence.folder import evidence_blobs
from tests.acquire.logs import MAC, OTHER_MAC, hours, name
from tests.acquire.proxy import answer
from tests.azurite import fill, sas

pytestmark = pytest.mark.azurite
SPAN = ["--start", "2024-12-19T09:00", "--end", "2024-12-19T10:50"]


@pytest.fixture
def evidence(container, tmp_path):
    fill(container, [name(hour, mac) for hour in hours(3) for mac in (MAC, OTHER_MAC)])
    return tmp_path / "evidence"


def test_download_then_verify(direct, evidence, capsys):
    assert main(["download", direct, str(evidence), *SPAN]) == 0
    said = capsys.readouterr().out
    assert "as the published key of the storage emulator on this machine." in said
    assert "4 of 4 blobs fetched" in said
    assert main(["verify", str(evidence)]) == 0
    assert "unchanged" in capsys.readouterr().out


def test_the_head_that_download_printed_is_proven_by_verify(direct, evidence, capsys):
    main(["download", direct, str(evidence), *SPAN])
    head = re.search(r"outside of this folder: ([0-9a-f]{64})\. ", capsys.readouterr().out)[1]
    assert main(["verify", str(evidence), "--head", head]) == 0
    assert "no line up to it was cut off or made anew. It is the last line." in capsys.readouterr().out
    assert main(["verify", str(evidence), "--head", "0" * 64]) == 1
    assert "no line has the head that you noted" in capsys.readouterr().out


def test_one_nic_of_one_nsg(direct, evidence):
    assert main(["download", direct, str(evidence), *SPAN, "--resource", "DEMOVM-NSG", "--mac", MAC]) == 0
    assert [blob.name for blob in evidence_blobs(evidence)] == [name(hour) for hour in hours(2)]


def test_verify_fails_on_what_was_touched(direct, evidence, capsys):
    main(["download", direct, str(evidence), *SPAN])
    (evidence_blobs(evidence)[0].parts[0][0]).write_bytes(b"{}")
    assert main(["verify", str(evidence)]) == 1
    assert "CHANGED" in capsys.readouterr().out


def test_a_blob_that_failed_is_a_failure(url, proxy, evidence, capsys):
    proxy.fail(answer(409))
    assert main(["download", url, str(evidence), *SPAN]) == 1
    assert "3 of 4 blobs fetched" in (said := capsys.readouterr().out)
    assert "1 blobs could not be read" in said


def test_an_error_is_one_sentence_on_stderr(direct, evidence, capsys):
    assert main(["download", direct, str(evidence), "--start", "soon"]) == 1
    assert capsys.readouterr().err.startswith("nsgkit: start takes no 'soon': write a time")


def test_a_sas_is_asked_for_and_not_shown(container, direct, evidence, monkeypatch, capsys):
    token = sas(container.container_name)
    monkeypatch.setattr(getpass, "getpass", lambda _: token)
    assert main(["download", direct, str(evidence), *SPAN, "--sas"]) == 0
    assert token not in "".join(capsys.readouterr())
