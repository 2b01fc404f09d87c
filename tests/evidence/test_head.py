"""A head that was noted proves that nothing was cut off or made anew; what a signature adds."""

import re
import subprocess

import pytest

from nsgkit.acquire.download import Download
from nsgkit.errors import NsgkitError
from nsgkit.evidence.manifest import MANIFEST
from nsgkit.evidence.verification import NOT_PROVEN
from nsgkit.evidence.verify import verify
from nsgkit.evidence.writer import open_writer
from tests.reference import REFERENCE
from tests.stored import BLOBS, PLACE, manifest, write_manifest


def test_the_folder_itself_is_unchanged_with_and_without_its_head(evidence):
    result = verify(evidence)
    assert result.ok
    proven = str(verify(evidence, head=result.head))
    assert (
        f"that of line {result.lines}: no line up to it was cut off or made anew. It is the last line."
        in proven
    )
    assert NOT_PROVEN not in proven


def test_a_head_of_an_earlier_download_is_proven_and_what_came_after_is_counted(evidence, earlier):
    result = verify(evidence, head=verify(earlier).head.upper() + "\n")
    assert result.ok
    assert (result.noted_line, result.lines) == (5, 7)
    assert "2 lines came after it, which it does not prove." in str(result)


def test_a_line_that_somebody_added_at_the_end_is_counted_among_those_after_the_head(evidence):
    head = verify(evidence).head
    with open_writer(evidence) as writer:
        writer.manifest.add("seen", **PLACE, name=next(iter(BLOBS)), growing=True)
    assert "no lines were cut off or added at the end" in str(verify(evidence))
    assert "1 line came after it, which it does not prove." in str(verify(evidence, head=head))


def test_a_chain_that_breaks_behind_the_noted_head_still_has_it(evidence, earlier):
    head = verify(earlier).head
    *rest, _, last = manifest(evidence)
    write_manifest(evidence, [*rest, last])
    result = verify(evidence, head=head)
    assert (result.ok, result.noted_line) == (False, 5)
    assert "its head:" not in str(result)  # that of a broken chain is nothing to note down


def test_a_chain_that_breaks_before_the_noted_head_does_not_have_it(evidence):
    head = verify(evidence).head
    first, _, *rest = manifest(evidence)
    write_manifest(evidence, [first, *rest])
    assert (
        "no line before the one at which the chain breaks has the head"
        in verify(evidence, head=head).problems[1]
    )


@pytest.mark.parametrize("head", ["", "abc", "g" * 64, "0" * 65, 5, b"0" * 64])
def test_what_is_no_hash_is_refused_at_once(tmp_path, head):
    with pytest.raises(NsgkitError, match=r"head takes no .*: give the 64 hex digits"):
        verify(tmp_path / "none", head=head)


def test_a_download_prints_the_head_and_says_to_write_it_down(tmp_path):
    *_, last = str(Download(tmp_path, "nobody", head="ab" * 32)).splitlines()
    assert last.startswith(
        f"Write down the manifest's last SHA-256, its head, outside of this folder: {'ab' * 32}."
    )


def command(begins, **names):
    """The command in REFERENCE.md that begins so, with the names that stand for something filled in."""
    (text,) = re.findall(rf"```sh\n({begins}[^\n]*)\n```", REFERENCE.read_text("utf-8"))
    for placeholder, path in names.items():
        text = text.replace(placeholder, str(path))
    return text


def run(text, folder):
    return subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False)


def test_the_manifest_is_signed_and_checked_as_the_reference_says(evidence, tmp_path):
    key, signers = tmp_path / "key", tmp_path / "signers"
    assert run(f"ssh-keygen -q -t ed25519 -N '' -f {key}", tmp_path).returncode == 0
    signers.write_text(f"analyst {key.with_suffix('.pub').read_text()}")
    assert run(command("ssh-keygen -Y sign", KEY=key), evidence).returncode == 0
    check = command("ssh-keygen -Y verify", SIGNERS=signers)
    assert run(check, evidence).returncode == 0
    assert verify(evidence).ok
    signed = len(manifest(evidence))
    with open_writer(evidence) as writer:
        writer.manifest.add("done")
    assert run(check, evidence).returncode != 0
    first_lines = f"head -n {signed} manifest.jsonl | {check.removesuffix(' < manifest.jsonl')}"
    assert run(first_lines, evidence).returncode == 0


SERVICE = """
[tsa]
default_tsa = service
[service]
serial = serial
signer_cert = CA.pem
certs = CA.pem
signer_key = key.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
"""


def test_a_timestamp_is_asked_for_and_checked_as_the_reference_says(evidence, tmp_path):
    assert run(command("openssl ts -query"), evidence).returncode == 0
    (tmp_path / "service.cnf").write_text(SERVICE)
    (tmp_path / "serial").write_text("01\n")
    made = run(
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out CA.pem -days 2 -subj /CN=service "
        "-addext extendedKeyUsage=critical,timeStamping && openssl ts -reply -config service.cnf "
        "-queryfile e/manifest.jsonl.tsq -out e/manifest.jsonl.tsr",
        tmp_path,
    )
    assert made.returncode == 0
    check = command("openssl ts -verify", **{"CA.pem": tmp_path / "CA.pem"})
    assert run(check, evidence).returncode == 0
    assert verify(evidence).ok
    (evidence / MANIFEST).write_bytes(b"")
    assert run(check, evidence).returncode != 0
