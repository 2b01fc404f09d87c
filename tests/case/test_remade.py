"""Traps in a bundle, and one that was made anew: what tells of each, and what only the noted head tells."""

import gzip
import os

import pytest

import nsgkit
from nsgkit import NsgkitError
from nsgkit import case as cases
from tests.case import small
from tests.stored import evidence_folder

MANIFEST = "manifest-sha256.txt"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("remade")
    small.make_case(folder)
    return folder


@pytest.fixture
def bundle(made, tmp_path):
    return small.copied(made / "bundle", tmp_path / "bundle")


def problems(folder, **told):
    return "\n".join(nsgkit.verify(folder, **told).problems)


# -- traps -----------------------------------------------------------------------------------------------
def test_the_bundle_as_it_was_made_is_good_also_with_manifests_written_by_hand(bundle):
    small.write_manifests(bundle)
    assert problems(bundle) == ""


@pytest.mark.parametrize("name", [MANIFEST, small.LINES, "data/report.html", "bagit.txt"])
def test_a_link_in_place_of_a_file_is_named_and_not_followed(bundle, tmp_path, name):
    (bundle / name).rename(tmp_path / "elsewhere")
    (bundle / name).symlink_to(tmp_path / "elsewhere")
    assert f"{bundle / name}: a link that does not belong here. It was not opened" in problems(bundle)


def test_a_named_pipe_in_place_of_a_kept_file_is_not_waited_for(bundle):
    path = sorted((bundle / "data/case/files").iterdir())[0]
    path.unlink()
    os.mkfifo(path)
    assert path.name in problems(bundle)
    with pytest.raises(NsgkitError, match="holds other bytes"):
        cases.open(bundle).report(bundle.parent / "report.html")


def test_a_hard_link_counts_as_what_it_holds(bundle, tmp_path):
    (tmp_path / "secret").write_text("secret")
    os.link(tmp_path / "secret", bundle / "data" / "planted.txt")
    assert "planted.txt" in problems(bundle)
    assert (tmp_path / "secret").read_text() == "secret"


@pytest.mark.parametrize(
    "name", ["../x", "/etc/hostname", "data/../../x", "data//x", "C:\\x", "data/\u202ex"]
)
@pytest.mark.parametrize("manifest", [MANIFEST, "tagmanifest-sha256.txt"])
def test_no_other_place_is_looked_at_because_a_manifest_names_it(bundle, manifest, name):
    with (bundle / manifest).open("a") as file:
        file.write(f"{'0' * 64}  {name}\n")
    assert "is none of a bundle's" in problems(bundle)
    assert "\u202e" not in problems(bundle)


def test_a_gigantic_line_of_a_manifest_is_told_in_a_short_one(bundle):
    with (bundle / MANIFEST).open("ab") as file:
        file.write(b"x" * 20_000_000)
    told = [each for each in nsgkit.verify(bundle).problems if "is none of a bundle's" in each]
    assert len(told) == 1
    assert len(told[0]) < 1_000


@pytest.mark.parametrize(
    "name", ["planted.txt", "fetch.txt", "data/planted.json", "data/case/files/planted.svg"]
)
def test_a_file_that_the_manifests_were_made_to_list_is_named(bundle, name):
    (bundle / name).write_text("https://example.com/x 3 data/x\n")
    small.write_manifests(bundle)
    assert name in problems(bundle)


def test_another_file_called_as_a_cited_blob_is_named(bundle):
    path = sorted((bundle / "data/blobs").iterdir())[0]
    path.with_name(f"{path.name}.gz").write_text("planted")
    small.write_manifests(bundle)
    assert f"{path.name}.gz: nothing in the case names this file" in problems(bundle)


# -- made anew -------------------------------------------------------------------------------------------
def change_note(bundle):
    path = bundle / small.LINES
    path.write_bytes(path.read_bytes().replace(b"asked the shop", b"asked the shed"))


def test_a_changed_note_under_new_manifests_breaks_the_chain(bundle):
    change_note(bundle)
    small.write_manifests(bundle)
    number = 1 + next(e["n"] for e in small.events(bundle) if e["event"] == "note")
    assert f"line {number + 1} is not bound to the line before it" in problems(bundle)


def test_a_whole_chain_made_anew_is_told_by_the_report_and_the_head_alone(bundle, made):
    head = cases.open(made / "bundle").head
    change_note(bundle)
    small.write_events(bundle, small.events(bundle))
    (bundle / "data/report.html").unlink()
    cases.open(bundle).report(bundle.parent / "report.html")
    (bundle.parent / "report.html").rename(bundle / "data/report.html")
    small.write_manifests(bundle)
    assert nsgkit.verify(bundle).ok
    assert problems(bundle, head=head) == (
        f"{bundle / small.LINES}: no line has the head that you noted, {head}. Lines were cut off at the "
        "end, the folder was rolled back, the chain was made anew, or the head is that of another folder."
    )


# -- a case that a stranger gave, to be gone on with -----------------------------------------------------
@pytest.fixture
def given(made, tmp_path):
    """A copy of the case, and the logs that it is about."""
    logs = nsgkit.read_logs(made / "logs")
    return small.copied(made / "case", tmp_path / "case"), logs


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_nothing_is_written_through_a_link_in_place_of_the_lines(given, tmp_path, link):
    folder, logs = given
    (tmp_path / "victim").write_bytes((folder / "case.jsonl").read_bytes() + b"no line break")
    before = (tmp_path / "victim").read_bytes()
    (folder / "case.jsonl").unlink()
    getattr(folder / "case.jsonl", link)(tmp_path / "victim")
    with pytest.raises(NsgkitError):
        cases.open(folder, logs, author="alex").note("mine")
    assert (tmp_path / "victim").read_bytes() == before


def test_nothing_is_kept_through_a_link_in_place_of_the_files(given, tmp_path):
    folder, logs = given
    (folder / "files").rename(tmp_path / "victim")
    (folder / "files").symlink_to(tmp_path / "victim")
    before = sorted((tmp_path / "victim").iterdir())
    with pytest.raises(NsgkitError, match="Copy the case whole"):
        cases.open(folder, logs, author="alex").keep_picture(small.SVG.replace("'/>", "' id='x'/>"), "mine")
    assert sorted((tmp_path / "victim").iterdir()) == before


# -- where logs come from --------------------------------------------------------------------------------
def blobs_of(made):
    files = [path for path in (made / "logs").rglob("*.json") if path.is_file()]
    return {path.relative_to(made / "logs").as_posix(): path.read_bytes() for path in files}


def cited_again(folder, logs):
    case = cases.open(folder / "case", logs, author="kim")
    case.star(nsgkit.conversations(logs), "all")
    case.bundle(folder / "bundle")
    return case.cited


def test_blobs_of_an_evidence_folder_are_found_in_the_bundle(made, tmp_path):
    logs = nsgkit.read_logs(evidence_folder(tmp_path / "evidence", blobs_of(made)))
    cited = cited_again(tmp_path, logs)
    told = nsgkit.verify(tmp_path / "bundle")
    assert told.ok
    assert f"{len(cited)} of {len(cited)} cited tuples found" in told.notes[0]


def test_gzip_blobs_are_bundled_as_they_are_stored(made, tmp_path):
    packed = {f"{name}.gz": gzip.compress(data, mtime=0) for name, data in blobs_of(made).items()}
    logs = nsgkit.read_logs(small.write_logs(tmp_path / "logs", packed))
    cited = cited_again(tmp_path, logs)
    assert nsgkit.verify(tmp_path / "bundle").ok
    for row in cited.itertuples():
        stored = (tmp_path / "bundle" / "data" / "blobs" / f"{row.blob_sha256}.json.gz").read_bytes()
        assert f'"{row.raw}"' in gzip.decompress(stored).decode()
