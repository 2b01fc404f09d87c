"""A bundle: another machine checks it, makes the same report again, and names whatever was changed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nsgkit
from nsgkit import NsgkitError
from nsgkit import case as cases
from nsgkit.case import Case


@pytest.fixture(scope="module")
def made(tmp_path_factory, logs, opened, his, guessed):
    """A case with something of each kind, its report, and its bundle."""
    folder = tmp_path_factory.mktemp("made")
    case = Case(Path(shutil.copytree(opened, folder / "case")), logs, "kim")
    case.star(his.tail(5), "let in", tags=["entry"])
    case.verdict(guessed, "suspicious", "one lasted 52 minutes")
    case.note("asked the shop")
    case.keep_picture("<svg xmlns='http://www.w3.org/2000/svg'/>", "a picture")
    case.report(folder / "report.html")
    case.bundle(folder / "bundle")
    return folder


@pytest.fixture
def bundle(tmp_path, made):
    """A copy of the bundle, to be tampered with."""
    return Path(shutil.copytree(made / "bundle", tmp_path / "bundle"))


def problems(folder, **told):
    return "\n".join(nsgkit.verify(folder, **told).problems)


def test_a_bundle_is_unchanged(bundle):
    result = nsgkit.verify(bundle)
    assert result.ok
    assert "byte for byte" in "\n".join(result.notes)


def test_it_is_verified_on_the_command_line_where_there_are_no_samples(bundle, tmp_path):
    command = [sys.executable, "-m", "nsgkit", "verify", str(bundle)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "unchanged" in done.stdout


def test_the_report_made_again_from_it_is_the_same(bundle, made, tmp_path):
    cases.open(bundle).report(tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == (made / "report.html").read_bytes()


def test_every_cited_tuple_stands_in_a_blob_of_it(bundle):
    for row in cases.open(bundle).cited.itertuples():
        (blob,) = (bundle / "data" / "blobs").glob(f"{row.blob_sha256}*")
        assert f'"{row.raw}"' in blob.read_text()


def test_a_bundle_is_not_written_into(bundle):
    with pytest.raises(NsgkitError, match="is a bundle: it is read, and never written"):
        cases.open(bundle).note("more")


def one_of(bundle, pattern):
    return sorted(bundle.glob(pattern))[0]


@pytest.mark.parametrize(
    "pattern", ["data/blobs/*.json", "data/report.html", "data/case/case.jsonl", "data/case/files/*.json"]
)
def test_one_changed_byte_is_named(bundle, pattern):
    path = one_of(bundle, pattern)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert path.name in problems(bundle)


@pytest.mark.parametrize(
    "pattern", ["data/blobs/*.json", "data/report.html", "bag-info.txt", "manifest-sha256.txt"]
)
def test_a_missing_file_is_named(bundle, pattern):
    path = one_of(bundle, pattern)
    path.unlink()
    assert path.name in problems(bundle)


@pytest.mark.parametrize("name", ["data/planted.json", "data/case/files/planted.json", "planted.txt"])
def test_an_added_file_is_named(bundle, name):
    (bundle / name).write_text("planted")
    assert "planted" in problems(bundle)


def test_a_changed_note_is_named(bundle):
    path = bundle / "data" / "case" / "case.jsonl"
    path.write_text(path.read_text().replace("asked the shop", "asked the shed"))
    assert "case.jsonl" in problems(bundle)


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt", "data/case/case.jsonl"])
def test_lines_cut_off_at_the_end_are_named(bundle, name):
    path = bundle / name
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    assert path.name in problems(bundle)


def test_a_case_cut_off_at_its_end_is_told_by_the_head_that_was_noted(made, tmp_path):
    folder = Path(shutil.copytree(made / "case", tmp_path / "case"))
    head = cases.open(folder).head
    path = folder / "case.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert head in problems(folder, head=head)


def test_a_bundle_is_written_over_nothing(made, logs):
    case = Case(made / "case", logs, "kim")
    with pytest.raises(NsgkitError):
        case.bundle(made / "bundle")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_was_cited_is_exported(made, logs, tmp_path, ending):
    path = tmp_path / f"starred.{ending}"
    Case(made / "case", logs, "kim").export(path)
    assert path.stat().st_size


def test_timesketch_s_columns_come_first(made, logs, tmp_path):
    path = tmp_path / "starred.csv"
    Case(made / "case", logs, "kim").export(path)
    assert path.read_text().splitlines()[0].replace('"', "").startswith("message,datetime,timestamp_desc")
