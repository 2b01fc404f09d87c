"""Memory: that of the machine, or of the container around the process, where it may take less."""

import psutil
import pytest

from nsgkit import memory as room
from nsgkit.memory import Memory, memory


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Control groups of one's own: `groups("a/b", 100, 40, 10)` has taken 40 of 100, 10 of it files."""
    monkeypatch.setattr(room, "_GROUPS", tmp_path)
    monkeypatch.setattr(room, "_OWN", tmp_path / "own")

    def put(path, most, used, files, kind=""):
        limit, taken, given_up = room._FILES[kind]
        folder = tmp_path / kind / path
        folder.mkdir(parents=True, exist_ok=True)
        (folder / limit).write_text(f"{most}\n")
        (folder / taken).write_text(f"{used}\n")
        (folder / "memory.stat").write_text(f"anon 3\n{given_up} {files}\n")

    return put


def own(tmp_path, *lines):
    (tmp_path / "own").write_text("\n".join(lines) + "\n")


def test_without_a_container_it_is_that_of_the_machine(groups, tmp_path):
    assert memory().total == psutil.virtual_memory().total


def test_a_containers_limit_counts_and_files_that_can_be_given_up_are_free(groups, tmp_path):
    own(tmp_path, "0::/pod/kernel")
    groups("pod/kernel", 1000, 400, 100)
    assert memory() == Memory(1000, 700)


def test_the_limit_of_a_group_around_it_counts_too(groups, tmp_path):
    own(tmp_path, "0::/pod/kernel")
    groups("pod/kernel", "max", 400, 100)
    groups("pod", 500, 400, 0)
    assert memory() == Memory(500, 100)


def test_inside_a_container_the_path_may_be_the_machines(groups, tmp_path):
    own(tmp_path, "0::/not/seen/here")
    groups("", 800, 100, 0)
    assert memory() == Memory(800, 700)


def test_version_1_has_a_folder_for_memory(groups, tmp_path):
    own(tmp_path, "9:pids:/x", "4:memory:/pod", "0::/")
    groups("pod", 600, 100, 50, kind="memory")
    assert memory() == Memory(600, 550)


def test_more_taken_than_allowed_is_nothing_free(groups, tmp_path):
    own(tmp_path, "0::/pod")
    groups("pod", 100, 400, 0)
    assert memory().free == 0


@pytest.mark.parametrize("line", ["", "no colons", "0::/../../etc", "4:memory:"])
def test_what_cannot_be_read_is_no_limit(groups, tmp_path, line):
    own(tmp_path, line)
    assert memory().total == psutil.virtual_memory().total
