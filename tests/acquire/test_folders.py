"""Where an evidence folder may be: any folder's path, and one sentence for anything else."""

from pathlib import Path

import pandas as pd
import pytest

from nsgkit.acquire.sources import list_logs
from nsgkit.errors import NoLogsError, NsgkitError
from nsgkit.evidence.folder import as_folder, evidence_blobs
from nsgkit.evidence.verify import verify
from nsgkit.evidence.writer import open_writer

STRANGE = [None, "", " ", b"evidence", pd.NaT, 5, "x" * 5000, "a\0b", "\ud800", "~nobody-of-this-name/e"]


@pytest.mark.parametrize("given", STRANGE)
def test_what_is_no_path_is_one_sentence(given):
    with pytest.raises(
        NsgkitError, match=r"^into takes no .{1,60}: give the path of a folder, such as 'evidence'\.$"
    ):
        as_folder(given, "into")


@pytest.mark.parametrize("given", STRANGE)
@pytest.mark.parametrize(
    "reads", [verify, evidence_blobs, list_logs, lambda given: open_writer(given).__enter__()]
)
def test_whoever_takes_a_folder_says_so(reads, given):
    with pytest.raises(NsgkitError, match="takes no"):
        reads(given)


def test_a_tilde_is_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert as_folder("~/evidence", "into") == as_folder(Path("~/evidence"), "into") == tmp_path / "evidence"
    with open_writer("~/evidence") as writer:
        assert writer.folder == tmp_path / "evidence"
    assert verify("~/evidence").ok


def test_a_folder_below_a_file_cannot_be_written_into(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NsgkitError, match=r"cannot be written into: Not a directory\. Choose another folder"):
        open_writer(tmp_path / "file" / "evidence").__enter__()


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(
        NoLogsError, match=r"There is no folder .*none\. A container's URL begins with https://"
    ):
        list_logs(tmp_path / "none")
