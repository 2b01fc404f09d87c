"""Every fault of the network and the disk: what came in is right and whole, or it is not there."""

import errno
import os
import re
import shutil
import threading
import time
from collections import namedtuple
from itertools import pairwise
from pathlib import Path

import pytest

from nsgkit.acquire import errors, retry, transport
from nsgkit.acquire.download import download
from nsgkit.evidence import writer
from nsgkit.evidence.folder import evidence_blobs, read_blob
from nsgkit.evidence.hours import evidence_hours, manifest_hours
from nsgkit.evidence.manifest import read_manifest
from nsgkit.evidence.verify import verify
from tests.acquire.logs import hours, name, records, stopping, this_hour, until
from tests.acquire.proxy import answer, cut, cut_in_pieces, drip, first, flip, in_pieces, raw, reset
from tests.azurite import content, fill, write

pytestmark = pytest.mark.azurite
DAY = {"start": "2024-12-19", "end": "2024-12-20"}
BURSTS = [answer(429), answer(500), answer(503), reset, cut, flip]
NAMES = ["429", "500", "503", "reset", "cut", "flip"]


def _no_inode(_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _no_room(_):
    return Path("/dev/full").open("wb")  # the kernel itself refuses what is written


def held(evidence):
    return {blob.name: read_blob(blob) for blob in evidence_blobs(evidence)}


@pytest.fixture
def one(container):
    """A container with one blob, which cannot change any more; gives its content."""
    return fill(container, [name()])


def fail_on_one(proxy, fault, times):
    """Make the fault so often on the hour 09 alone."""
    ask, left = proxy.next_fault, [fault] * times

    def next_fault(kind, path):
        return left.pop() if left and kind == "read" and re.search("h(=|%3D)09", path) else ask(kind, path)

    proxy.next_fault = next_fault


@pytest.fixture
def growing(container, tmp_path, url):
    """Three records of this hour's blob, and the evidence folder that has them."""
    write(container, name(this_hour()), records(3))
    download(url, tmp_path / "e", start=this_hour())
    return tmp_path / "e"


@pytest.fixture
def short_window(monkeypatch):
    """Find a drip in half a second."""
    monkeypatch.setattr(transport, "WINDOW", 0.5)


@pytest.mark.parametrize("fault", BURSTS, ids=NAMES)
def test_four_faults_in_a_row_are_survived(one, url, proxy, tmp_path, fault):
    proxy.fail(fault, times=4)
    download(url, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == one
    assert proxy.count("read") == 5


@pytest.mark.parametrize("fault", BURSTS, ids=NAMES)
def test_a_fifth_fault_leaves_nothing_and_the_next_run_gets_it(one, url, proxy, tmp_path, fault):
    proxy.fail(fault, times=5)
    failed = download(url, tmp_path / "e", **DAY)
    assert (list(failed.failed), proxy.count("read")) == ([name()], 5)
    assert held(tmp_path / "e") == {}
    assert list((tmp_path / "e/incoming").iterdir()) == []
    download(url, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == one


@pytest.mark.parametrize(
    "fault",
    [answer(429), answer(503), reset, cut, cut_in_pieces],
    ids=["429", "503", "reset", "cut", "cut in pieces"],
)
def test_lists_survive_faults_too(one, url, proxy, tmp_path, fault):
    proxy.fail(fault, times=4, on="list")
    download(url, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == one


def test_a_list_that_comes_in_pieces_is_read_whole(one, url, proxy, tmp_path):
    proxy.fail(in_pieces, times=100, on="list")
    download(url, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == one


def test_it_waits_as_long_as_the_service_asks(one, url, proxy, tmp_path):
    proxy.fail(answer(429, Retry_After="2"))
    begun = time.monotonic()
    download(url, tmp_path / "e", **DAY)
    assert time.monotonic() - begun >= 2


def test_the_pauses_double_and_differ(monkeypatch):
    waits = []

    class Clock:
        def is_set(self):
            return False

        def wait(self, seconds):
            waits.append(seconds)

    def busy():
        raise errors.BusyError("busy")

    monkeypatch.setattr(retry, "PAUSE", 1.0)
    with pytest.raises(errors.BusyError):
        retry.retry(busy, Clock())
    assert len(waits) == retry.TRIES - 1
    assert all(2**n <= wait <= 1.5 * 2**n for n, wait in enumerate(waits))
    assert len({b / a for a, b in pairwise(waits)}) > 1


@pytest.mark.parametrize("kind", ["read", "list"])
@pytest.mark.usefixtures("short_window")
def test_a_drip_is_not_waited_for(one, url, proxy, tmp_path, kind):
    proxy.fail(drip, on=kind)
    begun = time.monotonic()
    download(url, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == one
    assert time.monotonic() - begun < 20  # the drip alone would take a minute


def test_a_slow_line_is_waited_for(one, url, tmp_path, monkeypatch):
    monkeypatch.setattr(transport, "WINDOW", 0.0)
    monkeypatch.setattr(transport, "FLOOR", 1)
    download(url, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == one


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_half_way_stops_and_the_next_run_goes_on(container, url, proxy, tmp_path, status):
    contents = fill(container, [name(hour) for hour in hours(100)])
    proxy.fail(first(lambda: None), times=30)
    proxy.fail(answer(status), times=1000)
    with pytest.raises(errors.RefusedError, match=r"Storage Blob Data Reader.*go on") as refused:
        download(url, tmp_path / "e", start="2024-12-19", end="2025-01-01")
    came = held(tmp_path / "e")
    assert len(came) == 30
    assert f" {len(came)} blobs came in" in str(refused.value)
    assert proxy.count("read") < 80  # those under way, no storm
    lines = [line.event["event"] for line in read_manifest(tmp_path / "e")]
    assert ("failed" in lines) == (status == 403)  # it may be one blob's matter; an expired token is not
    proxy.reset()
    rest = download(url, tmp_path / "e", start="2024-12-19", end="2025-01-01")
    assert held(tmp_path / "e") == contents
    assert rest.held == len(came)


def test_a_dead_network_is_not_tried_for_every_blob(container, url, proxy, tmp_path):
    fill(container, [name(hour) for hour in hours(100)])
    proxy.fail(reset, times=10_000)
    with pytest.raises(errors.BusyError, match="could not be reached"):
        download(url, tmp_path / "e", start="2024-12-19", end="2025-01-01")
    assert proxy.count("read") < 5 * 72


def test_an_archived_blob_does_not_keep_the_others_back(container, url, proxy, tmp_path):
    fill(container, [name(hour) for hour in hours(3)])
    proxy.fail(answer(409, x_ms_error_code="BlobArchived"))
    told = download(url, tmp_path / "e", **DAY)
    assert (told.fetched, len(told.failed), proxy.count("read")) == (2, 1, 3)
    assert "1, such as " in str(told)
    assert "This blob is archived: bring it back to the hot tier" in str(told)


LOGIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
ODD = [
    (answer(409, x_ms_error_code="BlobArchived"), "This blob is archived"),
    (answer(403, x_ms_error_code="AuthorizationPermissionMismatch"), "refused to let .* read this blob"),
    (answer(404, x_ms_error_code="BlobNotFound"), "answered BlobNotFound for this blob"),
    (raw(LOGIN), "The service's answer for this blob makes no sense"),
    (raw(LOGIN.replace(b": 6", b": abc")), "The service's answer for this blob makes no sense"),
    (
        raw(LOGIN.replace(b"Content-Type", b"Date: soon\r\nX")),
        "The service's answer for this blob makes no sense",
    ),
]


ODD_TIMES = [*((*odd, 1) for odd in ODD), (cut, "The connection broke off", 5)]
ODD_TIMES += [(flip, "their MD5 differs", 5), (answer(500), "answered 500", 5)]
ODD_NAMES = ["archived", "403", "404", "login", "length", "date", "torn", "flipped", "500"]


@pytest.mark.parametrize("odd", ODD_TIMES, ids=ODD_NAMES)
def test_a_blob_that_fails_is_known_afterwards_until_it_comes(container, url, proxy, tmp_path, odd):
    fault, why, times = odd
    contents = fill(container, [name(hour) for hour in hours(3)])
    fail_on_one(proxy, fault, times)
    told = download(url, tmp_path / "e", **DAY)
    assert (told.fetched, len(told.failed)) == (2, 1)
    table = evidence_hours(tmp_path / "e").head(3)
    (failed,) = table[table["reason"].notna()].to_dict("records")
    assert (failed["state"], [name(failed["hour"])]) == ("could not be read", list(told.failed))
    assert re.search(why, failed["reason"])
    assert sorted(table["state"]) == ["complete", "complete", "could not be read"]
    drawn = manifest_hours(tmp_path / "e").head(3)
    assert sorted(drawn["status"]) == ["could not be read", "present", "present"]
    assert drawn["reason"].dropna().tolist() == [failed["reason"]]
    assert verify(tmp_path / "e").ok
    download(url, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == contents
    again = evidence_hours(tmp_path / "e").head(3)
    assert (set(again["state"]), again["reason"].notna().sum()) == ({"complete"}, 0)


def test_what_is_held_counts_before_what_could_not_be_read(container, url, proxy, growing):
    write(container, name(this_hour()), records(4))
    proxy.fail(answer(409))
    assert len(download(url, growing, start=this_hour()).failed) == 1
    assert evidence_hours(growing)["state"].tolist() == ["growing"]


def test_a_month_of_archived_blobs_does_not_keep_the_next_one_back(container, url, proxy, tmp_path):
    fill(container, [name(hour) for hour in hours(100)])
    proxy.fail(answer(409, x_ms_error_code="BlobArchived"), times=60)
    told = download(url, tmp_path / "e", start="2024-12-19", end="2025-01-01")
    assert (told.fetched, len(told.failed)) == (40, 60)
    assert "60, such as " in str(told)
    (done,) = [line.event for line in read_manifest(tmp_path / "e") if line.event["event"] == "done"]
    assert done["failed"] == 60


def test_a_hostile_name_shows_what_is_in_it(container, url, proxy, tmp_path):
    fill(container, [name(mac="\u202egnp.exe")])
    proxy.fail(answer(409))
    assert "macAddress=\\u202egnp.exe/" in str(download(url, tmp_path / "e", **DAY))


def test_a_blob_that_grows_while_it_is_read_is_read_as_it_is_then(container, url, proxy, tmp_path):
    write(container, name(this_hour()), records(2))
    proxy.fail(first(lambda: write(container, name(this_hour()), records(5))))
    download(url, tmp_path / "e", start=this_hour())
    assert held(tmp_path / "e") == {name(this_hour()): content(records(5))}


def test_a_blob_that_goes_while_it_is_read_is_told(container, url, proxy, tmp_path, one):
    proxy.fail(first(lambda: container.delete_blob(name())))
    told = download(url, tmp_path / "e", **DAY)
    assert list(told.failed) == [name()]
    assert held(tmp_path / "e") == {}


def test_a_blob_that_went_while_it_was_read_has_a_state_until_it_is_there_again(
    container, url, proxy, tmp_path
):
    contents = fill(container, [name(hour) for hour in hours(2)])
    fail_on_one(proxy, first(lambda: container.delete_blob(name())), 1)
    download(url, tmp_path / "e", **DAY)
    row = evidence_hours(tmp_path / "e").iloc[0]
    assert (row["state"], "BlobNotFound" in row["reason"]) == ("could not be read", True)
    container.upload_blob(name(), contents[name()])
    download(url, tmp_path / "e", **DAY)
    assert evidence_hours(tmp_path / "e")["state"].tolist()[:2] == ["complete", "complete"]


def test_of_a_blob_that_grew_only_the_growth_is_read(container, url, proxy, growing):
    write(container, name(this_hour()), records(4))
    proxy.reset()
    done = download(url, growing, start=this_hour())
    assert held(growing) == {name(this_hour()): content(records(4))}
    assert done.size == len(records(4)[3]) + len(b",]}")
    assert proxy.count("read") == 1
    assert verify(growing).ok


def test_a_blob_whose_beginning_changed_is_read_whole(container, url, growing):
    container.delete_blob(name(this_hour()))
    write(container, name(this_hour()), records(4, size=500, seed=9))
    done = download(url, growing, start=this_hour())
    assert done.size == len(content(records(4, size=500, seed=9)))
    assert held(growing) == {name(this_hour()): content(records(4, size=500, seed=9))}
    assert verify(growing).ok


def test_a_blob_that_shrank_is_a_new_version(container, url, growing):
    container.delete_blob(name(this_hour()))
    write(container, name(this_hour()), records(1))
    download(url, growing, start=this_hour())
    assert held(growing) == {name(this_hour()): content(records(1))}
    assert len(list((growing / "blobs").rglob("*.*"))) == 2


def test_a_blob_grown_sixty_times_is_read_once(container, direct, tmp_path):
    whole, read = records(60, size=8_000), 0
    for number in range(1, 61):
        write(container, name(this_hour()), whole[:number])
        read += download(direct, tmp_path / "e", start=this_hour()).size
        assert held(tmp_path / "e") == {name(this_hour()): content(whole[:number])}
    assert read <= 1.1 * len(content(whole))
    assert verify(tmp_path / "e").ok


def test_following_outlives_a_network_that_is_away(container, url, proxy, tmp_path, caplog):
    write(container, name(this_hour()), records(1))
    stop = threading.Event()

    def away_and_back():
        until((tmp_path / "e/SHA256SUMS").exists)  # the first look is over
        proxy.fail(reset, times=10_000, on="any")
        until(lambda: len(proxy.faults) < 10_000 - 3 * retry.TRIES)
        write(container, name(this_hour()), records(2))
        proxy.faults.clear()
        until(lambda: proxy.count("read") > 1)

    threading.Thread(target=stopping(stop, away_and_back)).start()
    download(url, tmp_path / "e", start=this_hour(), follow=True, stop=stop)
    download(url, tmp_path / "e", start=this_hour())
    assert held(tmp_path / "e") == {name(this_hour()): content(records(2))}
    assert "Trying again" in caplog.text


@pytest.mark.parametrize("full_disk", [_no_inode, _no_room], ids=["no inode", "no room"])
def test_a_disk_that_is_full_says_so_and_keeps_what_is_there(
    container, direct, tmp_path, monkeypatch, full_disk
):
    contents = fill(container, [name(hour) for hour in hours(2)])
    download(direct, tmp_path / "e", start="2024-12-19T09", end="2024-12-19T09:30")
    with monkeypatch.context() as full:
        full.setattr(writer, "open_private", full_disk)
        with pytest.raises(
            errors.DiskFullError, match=rf"{tmp_path / 'e'} is full.* bytes are still to come.*go on"
        ):
            download(direct, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == {name(): contents[name()]}
    assert list((tmp_path / "e/incoming").iterdir()) == []
    download(direct, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == contents


def test_a_disk_that_is_too_small_says_so_before_it_begins(one, url, proxy, tmp_path, monkeypatch):
    room = namedtuple("room", "total used free")(100, 90, 10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    with pytest.raises(errors.DiskFullError, match=r"room for 10 bytes, and [\d,]+ are to come"):
        download(url, tmp_path / "e", **DAY)
    assert proxy.count("read") == 0
