"""`~` stands for the home folder wherever a path is given."""

import pytest

import nsgkit
from nsgkit import enrich
from nsgkit.acquire.sources import list_logs
from nsgkit.explore.evidence import folder_hours
from nsgkit.sample import write_samples
from nsgkit.working_copy import write_notebooks
from tests.reference import ROOT


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with logs in it, and another folder where the work is done."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "logs").symlink_to(ROOT / "data" / "samples", target_is_directory=True)
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    yield tmp_path / "home"
    assert not [*(tmp_path / "work").iterdir()]  # no folder called ~


@pytest.mark.parametrize(
    "count",
    [
        lambda: len(nsgkit.read_logs("~/logs", end="2024-12-18 01:00").blobs),
        lambda: len(list_logs("~/logs")),
        lambda: len(folder_hours("~/logs")),
        lambda: len(enrich.own_networks(None, "~/logs/network.toml").own),
    ],
    ids=["read_logs", "list_logs", "folder_hours", "own_networks"],
)
def test_what_is_read(home, count):
    assert count() > 0


def test_what_is_written(home):
    write_samples("~/sample")
    write_notebooks("~/case")
    assert (home / "sample" / "truth.json").is_file()
    assert len([*(home / "case").glob("*.ipynb")]) == len([*(ROOT / "notebooks").glob("*.ipynb")])


def test_what_is_checked(home):
    with pytest.raises(nsgkit.errors.NoLogsError, match="is no evidence folder"):
        nsgkit.verify("~/logs")
