"""Downloads from a real emulator into an evidence folder: what comes in, what is noted, what goes on."""

import hashlib
import os
import re
import subprocess
import sys
import threading

import pytest

from nsgkit.acquire.download import download
from nsgkit.errors import NoLogsError, NsgkitError
from nsgkit.evidence.folder import evidence_blobs, read_blob
from nsgkit.evidence.hours import evidence_hours
from nsgkit.evidence.manifest import read_manifest
from nsgkit.evidence.verify import verify
from nsgkit.evidence.writer import open_writer
from tests.acquire.logs import (
    DOCUMENTED,
    FOLDERS,
    MAC,
    NSG,
    OLD_NSG,
    OTHER_MAC,
    SEEN,
    beside_flow_logs,
    hours,
    name,
    records,
    stopping,
    this_hour,
    until,
)
from tests.azurite import content, fill, write
from tests.stored import evidence_folder, stored

pytestmark = pytest.mark.azurite
DAY = {"start": "2024-12-19", "end": "2024-12-20"}


def bytes_of(evidence):
    return {blob.name: read_blob(blob) for blob in evidence_blobs(evidence)}


def events(evidence, kind):
    return [line.event for line in read_manifest(evidence) if line.event["event"] == kind]


@pytest.mark.parametrize(("resource", "mac"), [(NSG, MAC), (OLD_NSG, None), (SEEN, MAC), (DOCUMENTED, MAC)])
def test_every_layout_comes_in_as_it_is(container, direct, tmp_path, resource, mac):
    write(container, name(resource=resource, mac=mac), records(3))
    download(direct, tmp_path / "evidence", **DAY)
    assert bytes_of(tmp_path / "evidence") == {name(resource=resource, mac=mac): content(records(3))}


def test_only_the_hours_asked_for_are_listed_and_read(container, url, proxy, tmp_path):
    for hour in hours(6):
        write(container, name(hour), records(1))
    download(url, tmp_path / "e", start="2024-12-19T10:00", end="2024-12-19T12:00")
    assert sorted(bytes_of(tmp_path / "e")) == [name(hour) for hour in hours(6)[1:4]]
    listed = [path for _, path in proxy.requests if "comp=list" in path and "y%3D" in path]
    assert all(re.search("h%3D1[012]", path) for path in listed)
    assert proxy.count("read") == 3


@pytest.mark.parametrize(("end", "after"), [("10:00", 1), ("09:58", 1), ("09:30", 0), ("10:30", 0)])
def test_the_hour_after_comes_too_where_it_may_hold_the_last_minute(container, direct, tmp_path, end, after):
    for hour in hours(4):
        write(container, name(hour), records(1))
    done = download(direct, tmp_path / "e", start="2024-12-19 09:00", end=f"2024-12-19 {end}")
    asked = int(end[:2]) - 9 + (end[3:] != "00")
    assert sorted(bytes_of(tmp_path / "e")) == [name(hour) for hour in hours(asked + after)]
    assert (done.after, "1 of them are of the hour after the span" in str(done)) == (after, bool(after))


def test_the_hour_after_was_not_asked_for_and_is_not_missing(container, direct, tmp_path):
    for mac, number in ((MAC, 2), (OTHER_MAC, 1)):
        for hour in hours(number):
            write(container, name(hour, mac), records(1))
    download(direct, tmp_path / "e", start="2024-12-19 09:00", end="2024-12-19 10:00")
    (asked,) = events(tmp_path / "e", "asked")
    assert [asked[edge][-6:] for edge in ("start", "end", "through")] == ["09:00Z", "10:00Z", "10:05Z"]
    assert events(tmp_path / "e", "no blob") == []
    states = evidence_hours(tmp_path / "e").groupby("mac")["state"].agg(list).to_dict()
    assert states == {MAC: ["complete", "complete"], OTHER_MAC: ["complete", "not asked for"]}


def test_a_blob_of_the_hour_after_that_is_gone_is_told(container, direct, tmp_path):
    for hour in hours(2):
        write(container, name(hour), records(1))
    for _ in range(2):
        done = download(direct, tmp_path / "e", start="2024-12-19 09:00", end="2024-12-19 10:00")
        container.delete_blob(name(hours(2)[1])) if not done.held else None
    assert done.gone == 1


def test_only_what_was_asked_for_by_name_and_by_nic(container, direct, tmp_path):
    for resource in (NSG, SEEN):
        for mac in (MAC, OTHER_MAC):
            write(container, name(resource=resource, mac=mac), records(1))
    download(direct, tmp_path / "nsg", **DAY, resource="demovm-nsg", mac="00-0d-3a-b1-78-76")
    download(direct, tmp_path / "flow log", **DAY, resource="seen-log", mac=[MAC])
    assert list(bytes_of(tmp_path / "nsg")) == [name(mac=OTHER_MAC)]
    assert list(bytes_of(tmp_path / "flow log")) == [name(resource=SEEN)]


def test_it_tells_how_much_has_come_and_how_much_is_to_come(container, direct, tmp_path):
    contents, told = fill(container, [name(hour) for hour in hours(3)]), []
    download(direct, tmp_path / "e", **DAY, on_progress=lambda *bytes_: told.append(bytes_))
    size = len(contents[name()])
    assert told == [(arrived * size, 3 * size) for arrived in range(4)]


def test_a_name_that_is_not_there_is_answered_with_those_that_are(container, direct, tmp_path):
    write(container, name(), records(1))
    with pytest.raises(NoLogsError, match="There are: DEMOVM-NSG"):
        download(direct, tmp_path / "e", **DAY, resource="WEB-NSG")


def test_a_span_without_blobs_is_an_error_and_is_noted(container, direct, tmp_path):
    write(container, name(), records(1))
    with pytest.raises(NoLogsError, match="find_logs"):
        download(direct, tmp_path / "e", start="2024-12-21", end="2024-12-22")
    (gap,) = events(tmp_path / "e", "no blob")
    assert (gap["resource"], gap["hours"]) == (NSG, [["2024-12-21T00:00Z", "2024-12-22T00:00Z"]])


def test_a_second_run_reads_nothing_again(container, url, proxy, tmp_path):
    for hour in hours(3):
        write(container, name(hour), records(2))
    first = download(url, tmp_path / "e", **DAY)
    reads = proxy.count("read")
    second = download(url, tmp_path / "e", **DAY)
    assert (first.fetched, second.fetched, second.held) == (3, 0, 3)
    assert proxy.count("read") == reads == 3


def test_only_list_get_and_head_requests_leave(container, url, proxy, tmp_path):
    write(container, name(this_hour()), records(2))
    download(url, tmp_path / "e", start=this_hour())
    assert {method for method, _ in proxy.requests} <= {"GET", "HEAD"}


def test_the_manifest_says_what_the_service_said(container, direct, tmp_path):
    write(container, name(), records(2))
    container.upload_blob(name(hours(2)[1]), b"whole")
    download(direct, tmp_path / "e", **DAY)
    written = container.get_blob_client(name()).get_blob_properties()
    (one, whole) = sorted(events(tmp_path / "e", "stored"), key=lambda e: e["name"])
    assert one["etag"] == written.etag.strip('"')
    assert one["sha256"] == hashlib.sha256(content(records(2))).hexdigest()
    assert one["modified"] == f"{written.last_modified:%Y-%m-%dT%H:%M:%SZ}"
    assert (one["size"], one["md5"], one["md5_agrees"]) == (written.size, None, None)
    assert (whole["md5"], whole["md5_agrees"]) == (hashlib.md5(b"whole").hexdigest(), True)
    assert {"account", "container", "created", "served", "encoding"} <= one.keys()
    (asked,) = events(tmp_path / "e", "asked")
    assert asked["tool"].startswith("nsgkit ")
    assert asked["identity"] == "the published key of the storage emulator on this machine"


def test_a_blob_that_became_another_is_stored_beside_the_old_one(container, direct, tmp_path):
    write(container, name(), records(3))
    download(direct, tmp_path / "e", **DAY)
    container.delete_blob(name())
    write(container, name(), records(1, seed=7))
    download(direct, tmp_path / "e", **DAY)
    assert bytes_of(tmp_path / "e") == {name(): content(records(1, seed=7))}
    stored = [path.read_bytes() for path in sorted((tmp_path / "e/blobs").rglob("*.[01]"))]
    assert stored == [content(records(3)), content(records(1, seed=7))]
    assert verify(tmp_path / "e").ok


def test_a_blob_that_is_gone_at_the_source_is_kept_and_noted_once(container, direct, tmp_path):
    for hour in hours(2):
        write(container, name(hour), records(1))
    download(direct, tmp_path / "e", **DAY)
    container.delete_blob(name())
    assert download(direct, tmp_path / "e", **DAY).gone == 1
    assert download(direct, tmp_path / "e", **DAY).gone == 0
    assert [blob.state for blob in evidence_blobs(tmp_path / "e")] == ["gone", "complete"]
    assert len(bytes_of(tmp_path / "e")) == 2


def test_four_kinds_of_absence_are_told_apart(container, direct, tmp_path):
    write(container, name(), records(1))
    write(container, name(hours(3)[2]), records(1))
    download(direct, tmp_path / "e", start="2024-12-19T09:00", end="2024-12-19T11:00")
    container.delete_blob(name())
    download(direct, tmp_path / "e", start="2024-12-19T09:00", end="2024-12-19T10:00")
    download(direct, tmp_path / "e", start="2024-12-19T11:00", end="2024-12-19T12:00")
    write(container, name(this_hour()), records(1))
    download(direct, tmp_path / "e", start=this_hour())
    table = evidence_hours(tmp_path / "e")
    assert table["state"].iloc[[0, 1, 2, 3, -1]].tolist() == [
        "gone", "no blob", "complete", "not asked for", "growing",
    ]  # fmt: skip
    assert set(table["mac"]) == {MAC}


def test_an_hour_that_has_not_begun_is_not_missing(container, direct, tmp_path):
    write(container, name(this_hour()), records(1))
    download(direct, tmp_path / "e", start=this_hour(), end="9998-01-01")
    assert events(tmp_path / "e", "no blob") == []


def test_gzip_is_stored_as_it_came(container, direct, tmp_path):
    import gzip

    from azure.storage.blob import ContentSettings

    packed = gzip.compress(content(records(3)))
    container.upload_blob(name(), packed, content_settings=ContentSettings(content_encoding="gzip"))
    download(direct, tmp_path / "e", **DAY)
    (blob,) = evidence_blobs(tmp_path / "e")
    assert (blob.encoding, read_blob(blob)) == ("gzip", packed)


def test_what_is_no_flow_log_is_left_out_and_told(container, direct, tmp_path):
    contents = fill(container, [name()])
    beside_flow_logs(container)
    done = download(direct, tmp_path / "e", **DAY)
    assert bytes_of(tmp_path / "e") == contents
    assert (done.listed, set(evidence_hours(tmp_path / "e")["mac"])) == (1, {MAC})
    assert f"1 blobs are empty and were left out, such as {name(mac=OTHER_MAC)}." in str(done)
    assert f"3 blobs are not named like flow logs and were left out, such as {FOLDERS[NSG]}" in str(done)
    assert "1 blobs lie outside the folders of flow logs and were left out, such as readme.txt." in str(done)
    assert "2 folders are not of NSGs or VNet flow logs and were left out, such as backup/." in str(done)
    (event,) = events(tmp_path / "e", "done")
    assert {number for number, _ in event["left_out"].values()} == {1, 2, 3}


def test_a_span_of_empty_blobs_says_so(container, direct, tmp_path):
    container.upload_blob(name(), b"")
    with pytest.raises(NoLogsError, match="1 blobs are empty and were left out"):
        download(direct, tmp_path / "e", **DAY)


def test_a_blob_that_was_emptied_is_kept_as_it_was(container, direct, tmp_path):
    contents = fill(container, [name()])
    download(direct, tmp_path / "e", **DAY)
    container.upload_blob(name(), b"", overwrite=True)
    assert download(direct, tmp_path / "e", **DAY).gone == 1
    assert bytes_of(tmp_path / "e") == contents


def test_an_evidence_folder_of_an_earlier_version_has_no_hours_of_what_is_no_flow_log(tmp_path):
    evidence_folder(tmp_path / "e", {name() + ".bak": b"left"})
    assert evidence_hours(tmp_path / "e").empty


def test_what_an_earlier_version_took_for_evidence_is_not_gone(container, direct, tmp_path):
    fill(container, [name()])
    place = {"account": "devstoreaccount1", "container": container.container_name}
    with open_writer(tmp_path / "e") as writer:
        writer.add("stored", **stored(name(hours(2)[1]) + ".bak") | place)
    assert download(direct, tmp_path / "e", **DAY).gone == 0


def test_a_large_blob_comes_in_whole(container, direct, tmp_path):
    big = os.urandom(19 << 20)
    container.upload_blob(name(), big)
    download(direct, tmp_path / "e", **DAY)
    assert bytes_of(tmp_path / "e") == {name(): big}


@pytest.mark.parametrize("mac", ["..%2F..%2Fetc", "CON", "x" * 300, "Ünï\u202ecödé", "new\nline"])
def test_a_hostile_name_is_text_and_no_path(container, direct, tmp_path, mac):
    write(container, name(mac=mac), records(1))
    download(direct, tmp_path / "e", **DAY)
    assert list(bytes_of(tmp_path / "e")) == [name(mac=mac)]
    assert {path.name for path in tmp_path.iterdir()} == {"e"}


def test_names_that_differ_in_case_alone_are_two_blobs(container, direct, tmp_path):
    for mac in (MAC, MAC.lower()):
        write(container, name(mac=mac), records(1, seed=mac))
    download(direct, tmp_path / "e", **DAY)
    assert len(set(bytes_of(tmp_path / "e").values())) == 2


def test_nobody_else_may_read_the_evidence(container, direct, tmp_path):
    write(container, name(), records(1))
    download(direct, tmp_path / "e", **DAY)
    modes = {path.relative_to(tmp_path).parts[0]: 0 for path in tmp_path.iterdir()}
    for path in (tmp_path / "e", *(tmp_path / "e").rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), (path, modes)


def test_a_folder_with_other_things_is_left_alone(container, direct, tmp_path):
    write(container, name(), records(1))
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(NsgkitError, match=r"thesis\.docx.*Choose a new"):
        download(direct, tmp_path, **DAY)
    assert {path.name for path in tmp_path.iterdir()} == {"thesis.docx"}


def test_a_second_process_says_so_and_leaves(container, direct, tmp_path):
    write(container, name(), records(1))
    code = (
        "import sys; from nsgkit.acquire.download import download as d; d(*sys.argv[1:], start='2024-12-19')"
    )
    with open_writer(tmp_path / "e"):
        command = [sys.executable, "-c", code, direct, str(tmp_path / "e")]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "NsgkitError: Another process is downloading into" in ran.stderr


def test_a_download_that_is_stopped_goes_on_where_it_was(container, url, proxy, tmp_path):
    fill(container, [name(hour) for hour in hours(80)])
    stop = threading.Event()
    proxy.on_read = lambda count: stop.set() if count >= 20 else None
    stopped = download(url, tmp_path / "e", start="2024-12-19", end="2024-12-30", stop=stop)
    rest = download(url, tmp_path / "e", start="2024-12-19", end="2024-12-30")
    assert stopped.stopped
    assert 0 < stopped.fetched < 80
    assert stopped.fetched + rest.fetched == 80
    assert len(bytes_of(tmp_path / "e")) == 80
    assert verify(tmp_path / "e").ok


def test_following_takes_what_is_written_meanwhile(container, direct, tmp_path):
    evidence, stop = tmp_path / "e", threading.Event()
    written = {
        name(this_hour()): content(records(4)),
        name(this_hour(), mac=OTHER_MAC): content(records(1)),
    }
    write(container, name(this_hour()), records(1))

    def grow():
        until((evidence / "SHA256SUMS").exists)
        for number in (2, 3, 4):
            write(container, name(this_hour()), records(number))
        write(container, name(this_hour(), mac=OTHER_MAC), records(1))
        until(lambda: bytes_of(evidence) == written)

    threading.Thread(target=stopping(stop, grow)).start()
    download(direct, evidence, start=this_hour(), follow=True, stop=stop)
    assert bytes_of(evidence) == written
    assert verify(evidence).ok
