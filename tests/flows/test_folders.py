"""read_logs on folders as they are: one file never takes the others down, and each is named."""

import errno
import gzip
import json
import os
import re
import socket
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import nsgkit
from nsgkit.errors import NoLogsError, NsgkitError
from nsgkit.evidence.folder import evidence_blobs
from nsgkit.evidence.writer import open_writer
from nsgkit.flows import content_kind, reading
from tests.blobs import ALLOWED, MAC, NSG, PROBE, VNET_BEGIN, blob, nsg_record, vnet_record
from tests.stored import evidence_folder

GOOD = blob(nsg_record(PROBE))
HOUR = "y=2024/m=12/d=19/h=09/m=00"
LAID_OUT = f"resourceId={NSG}/{HOUR}/macAddress={MAC}/PT1H.json"
METRICS = b'{"time": "2024-12-19T09:00:00Z", "metricName": "BytesSentRate", "timeGrain": "PT1M"}\n'
VM = NSG.replace("NETWORKSECURITYGROUPS", "NETWORKINTERFACES")


def put(folder, name, data=GOOD):
    path = Path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def other(number):
    """Return a log that no other number gives."""
    return blob(nsg_record(ALLOWED.replace("55256", str(50_000 + number))))


def aside(logs):
    return dict(zip(logs.set_aside["name"], logs.set_aside["reason"], strict=True))


def put_what_is_read(folder):
    put(folder, LAID_OUT)
    put(folder, "loose.json", other(1))
    put(folder, "PT1H.json.1", other(2))
    put(folder, "no ending", other(3))
    put(folder, "packed", gzip.compress(other(4)))
    put(folder, os.fsdecode(b"caf\xe9.json"), other(5))
    put(folder, "x.json/inside.json", other(6))
    put(folder, "delta.json", b"," + other(7).partition(b"[")[2])
    put(folder, "lines.jsonl", json.dumps(nsg_record(ALLOWED, minute=46)).encode() + b"\n")
    put(folder, "one byte.json", other(8).replace(b"WEB-NSG", b"WEB\xff"))
    put(folder, "vnet.json", blob(vnet_record(VNET_BEGIN)))


def put_what_is_rejected(folder):
    put(folder, f"{LAID_OUT}.bak")
    put(folder, "utf16.json", GOOD.decode().encode("utf-16"))
    put(folder, "torn.json.gz", gzip.compress(GOOD)[:-9])
    put(folder, "zeros.json", bytes(999))
    for name, tuples in {"null": b"null", "text": b'"none"', "object": b'{"a":1}'}.items():
        put(folder, f"{name}.json", re.sub(rb'(?<="flowTuples":)\[.*?\]', tuples, other(9)))


def put_what_is_set_aside(folder):
    put(folder, f"resourceId={VM}/{HOUR}/PT1H.json", METRICS * 2000)
    put(folder, "envelope.json", json.dumps({"message": json.dumps(nsg_record(PROBE))}).encode())
    put(folder, "analytics.csv", b"FlowStartTime_t,FlowEndTime_t,SrcIP_s,DestIP_s\n1,2,10.0.0.4,10.0.0.5\n")
    put(folder, f"{HOUR}/macAddress={MAC}", b"")
    put(folder, "_SUCCESS", b"")
    put(folder, "picture.png", b"\x89PNG\0\0")
    put(folder, "notes.txt", b"call them back")
    put(folder, "settings.json", b'{"theme": "dark"}')
    os.mkfifo(folder / "pipe.json")
    socket.socket(socket.AF_UNIX).bind(str(folder / "s.json"))
    (folder / "gone.json").symlink_to("nowhere")
    (folder / "loop.json").symlink_to("loop.json")
    (folder / "again").symlink_to(folder)


def test_one_of_each_kind(tmp_path):
    put_what_is_read(tmp_path)
    put_what_is_rejected(tmp_path)
    put_what_is_set_aside(tmp_path)
    logs = nsgkit.read_logs(tmp_path)
    assert len(logs.flows) == 11
    assert logs.blobs["family"].dropna().unique().tolist() == ["NSG", "VNet"]
    assert set(logs.rejects["blob"]) == {
        f"{LAID_OUT}.bak", "utf16.json", "torn.json.gz", "zeros.json", "null.json",
        "text.json", "object.json",
    }  # fmt: skip
    assert aside(logs).keys() == {
        "x.json", f"resourceId={VM}/{HOUR}/PT1H.json", "envelope.json", "analytics.csv", "_SUCCESS",
        f"{HOUR}/macAddress={MAC}", "picture.png", "notes.txt", "settings.json", "pipe.json", "s.json",
        "gone.json", "loop.json", "again",
    }  # fmt: skip
    assert aside(logs)["pipe.json"] == "a named pipe: never opened"
    assert aside(logs)["again"] == "a link to a folder that is read already"
    assert aside(logs)["envelope.json"].startswith("flow logs as text in 'message': extract that field")
    assert "14 files were set aside: see .set_aside." in repr(logs)
    notes = logs.blobs.set_index("name")["note"]
    assert notes["delta.json"] == "begins in the middle: what stood before is missing"
    assert notes["null.json"] == "flowTuples is not a list"
    assert logs.raw(logs.flows[logs.flows["blob"] == r"caf\udce9.json"].iloc[0]).startswith("1734601440")


def test_another_log_makes_no_nic_and_no_family(tmp_path):
    put(tmp_path, LAID_OUT)
    put(tmp_path, f"resourceId={VM}/{HOUR}/macAddress=00000000000A/PT1H.json", METRICS)
    logs = nsgkit.read_logs(tmp_path)
    assert logs.blobs["mac"].tolist() == [MAC]
    assert list(aside(logs).values()) == [
        "metrics of Azure Monitor, no flow log: keep it apart from the flow logs"
    ]


def test_copies_and_stubs_do_not_make_an_hour_growing(tmp_path):
    put(tmp_path, LAID_OUT, blob(nsg_record(PROBE), nsg_record(ALLOWED, minute=45)))
    put(tmp_path, f"{LAID_OUT}.bak", blob(nsg_record(PROBE), nsg_record(ALLOWED, minute=45)))
    put(tmp_path, LAID_OUT.replace("PT1H", "early"), blob(nsg_record(PROBE))[:-2])
    put(tmp_path, LAID_OUT.replace("PT1H.json", "_SUCCESS"), b"")
    logs = nsgkit.read_logs(tmp_path)
    assert len(logs.flows) == 2
    assert "coverage 1 NIC × 1 hour: 1 present." in repr(logs)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"call them back", "no flow record in it"),
        ("a.txt", b"call them back\n" * 9000, "no flow record in its first 65,536 bytes"),
        ("a.bin", b"PK\3\4\0\0", "not text; unpack it where it is an archive"),
        ("a.bin", bytes(99), "nothing but zero bytes or white space: a copy that failed"),
        ("a.gz", gzip.compress(b"call them back"), "no flow record in it"),
        ("a.gz", b"\x1f\x8bno", "a gzip file that cannot be unpacked"),
        ("a.log", METRICS * 9000, "metrics of Azure Monitor, no flow log: keep it apart from the flow logs"),
        ("a.json", b'{"theme": "dark"}' * 9000, "no flow record in it"),
    ],
    ids=["text", "long text", "zip", "zeros", "gzip", "torn gzip", "metrics", "json"],
)
def test_a_file_that_is_no_log_says_what_it_is(tmp_path, name, data, reason):
    put(tmp_path, "PT1H.json")
    put(tmp_path, name, data)
    logs = nsgkit.read_logs(tmp_path)
    assert (len(logs.flows), aside(logs)) == (1, {name: reason})


def test_a_large_log_of_any_name_is_read(tmp_path):
    log = blob(nsg_record(*[ALLOWED] * 3000))
    put(tmp_path, "a", log)
    put(tmp_path, "b.gzip", gzip.compress(log.replace(b"203.0.113.9", b"203.0.113.8")))
    assert len(nsgkit.read_logs(tmp_path).flows) == 6000


def test_a_large_log_that_begins_with_zero_bytes_is_read(tmp_path):
    put(tmp_path, "a.json", bytes(100_000) + blob(nsg_record(*[ALLOWED] * 20_000)))
    assert len(nsgkit.read_logs(tmp_path).flows) == 20_000


def test_flow_records_behind_another_log_are_read(tmp_path):
    record = json.dumps(nsg_record(PROBE)).encode()
    put(tmp_path, "mixed.json", METRICS * 2000 + record + b"\n")
    logs = nsgkit.read_logs(tmp_path)
    assert (len(logs.flows), len(logs.rejects), len(logs.set_aside)) == (1, 2000, 0)
    assert logs.blobs["note"].isna().all()


def test_where_nothing_is_a_flow_log_the_error_says_what_is_there(tmp_path):
    put(tmp_path, "PT1H.json", METRICS)
    put(tmp_path, "stub", b"")
    with pytest.raises(NoLogsError, match=r"2 files were set aside \(.*1 × metrics of Azure Monitor"):
        nsgkit.read_logs(tmp_path)


def test_where_an_evidence_folder_could_get_nothing_the_error_says_why(tmp_path):
    with open_writer(tmp_path) as store:
        for hour in ("09", "10", "11"):
            name, why = LAID_OUT.replace("h=09", f"h={hour}"), f"archived in {hour}"
            store.manifest.add("failed", account="demo", container="c", name=name, why=why)
    said = r"to 2024-12-19 11:00 UTC\): 1 blob was there and could not be read \(1 × archived in 10\)\."
    with pytest.raises(NoLogsError, match=said):
        nsgkit.read_logs(tmp_path, start="2024-12-19 10:00", end="2024-12-19 11:00")


def test_the_error_names_the_three_most_frequent_reasons(tmp_path):
    for n in range(2):
        put(tmp_path, f"{n}", b"")
        put(tmp_path, f"{n}.txt", b"call them back")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(
        NoLogsError, match=r"5 files were set aside \(2 × empty.*; 2 × no flow.*; 1 × a named pip"
    ):
        nsgkit.read_logs(tmp_path)
    put(tmp_path, "zeros", bytes(9))
    with pytest.raises(NoLogsError, match=r"; and 1 more\)"):
        nsgkit.read_logs(tmp_path)


def test_what_is_set_aside_tells_its_size_where_it_has_one(tmp_path):
    put(tmp_path, "a.json")
    put(tmp_path, "empty", b"")
    put(tmp_path, "notes.txt", b"call them back")
    os.mkfifo(tmp_path / "pipe")
    assert nsgkit.read_logs(tmp_path).set_aside["size"].tolist() == [0, 14, pd.NA]


def test_links_to_folders_are_followed_once(tmp_path):
    put(tmp_path / "elsewhere", "a.json")
    put(tmp_path / "case", "b.json", other(1))
    (tmp_path / "case" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "case" / "second").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "up").symlink_to(tmp_path / "case")
    logs = nsgkit.read_logs(tmp_path / "case")
    assert logs.blobs["name"].tolist() == ["b.json", "link/a.json"]
    assert aside(logs).keys() == {"second", "link/up"}


@pytest.mark.parametrize("everywhere", [False, True])
def test_folders_are_told_apart_where_there_are_no_inodes(tmp_path, monkeypatch, everywhere):
    for n in range(3):
        put(tmp_path, f"{n}/a.json", other(n))
    (tmp_path / "0" / "up").symlink_to(tmp_path)
    real, scan = os.stat, os.scandir

    def stat_without(path, **options):
        told = real(path, **options)
        return os.stat_result((told.st_mode, 0, 0, *told[3:]))

    def entry_without(entry):  # as on Windows, where only a call of its own tells the inode
        told, link = stat_without(entry.path), entry.is_symlink()
        return SimpleNamespace(name=entry.name, path=entry.path, stat=lambda: told, is_symlink=lambda: link)

    monkeypatch.setattr(os, "scandir", lambda path: nullcontext([*map(entry_without, scan(path))]))
    if everywhere:
        monkeypatch.setattr(os, "stat", stat_without)
    logs = nsgkit.read_logs(tmp_path)
    assert logs.blobs["name"].tolist() == ["0/a.json", "1/a.json", "2/a.json"]
    assert aside(logs) == {"0/up": "a link to a folder that is read already"}


def test_names_that_are_written_alike_stay_apart(tmp_path):
    put(tmp_path, os.fsdecode(b"\xff.json"), other(1))
    put(tmp_path, r"\udcff.json", other(2))
    (tmp_path / r"\udcff.json (2)").write_bytes(other(3))
    logs = nsgkit.read_logs(tmp_path)
    names = [r"\udcff.json", r"\udcff.json (2)", r"\udcff.json (2) (2)"]
    assert logs.blobs["name"].tolist() == names
    ports = {logs.raw(label).split(",")[3] for label in logs.flows.index}
    assert ports == {"50001", "50002", "50003"}


def test_a_folder_and_a_file_without_permission_are_named(tmp_path, monkeypatch):
    put(tmp_path, "a.json")
    put(tmp_path, "closed/b.json", other(1))
    put(tmp_path, "c.json", other(2))
    scandir, read = os.scandir, Path.open  # root may read everything: only a stand-in can forbid

    def refuse(path, real, *more):
        if str(path).endswith(("closed", "c.json")):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *more)

    monkeypatch.setattr(os, "scandir", lambda path: refuse(path, scandir))
    monkeypatch.setattr(Path, "open", lambda path, *more: refuse(path, read, *more))
    logs = nsgkit.read_logs(tmp_path)
    assert aside(logs) == {"closed": "the folder cannot be opened: Permission denied"}
    assert logs.rejects[["blob", "reason"]].to_numpy().tolist() == [
        ["c.json", "the file cannot be read: Permission denied"]
    ]
    assert len(logs.flows) == 1


@pytest.mark.parametrize(
    "error", [MemoryError(), ZeroDivisionError("surprise"), FileNotFoundError(2, "gone")]
)
@pytest.mark.parametrize("step", ["load", "unpack", "hash_of"])
def test_any_error_with_a_file_is_its_reject(tmp_path, monkeypatch, step, error):
    put(tmp_path, "a.json")
    put(tmp_path, "b.json", other(1))
    real, calls = getattr(reading, step), []

    def fail_first(*given):
        calls.append(given)
        if len(calls) == 1:
            raise error
        return real(*given)

    monkeypatch.setattr(reading, step, fail_first)
    logs = nsgkit.read_logs(tmp_path)
    assert logs.rejects["blob"].tolist() == ["a.json"]
    assert type(error).__name__ in logs.rejects["reason"][0]
    assert logs.flows["blob"].tolist() == ["b.json"]


def test_a_large_file_whose_hash_fails_is_named_and_read(tmp_path, monkeypatch):
    for name, address in (("a.json", "203.0.113.8"), ("b.json", "203.0.113.9")):
        put(tmp_path, name, blob(nsg_record(*[ALLOWED.replace("203.0.113.9", address)] * 20_000)))

    def fail(_):
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr(reading, "hash_of", fail)
    logs = nsgkit.read_logs(tmp_path)
    assert len(logs.flows) == 40_000 and logs.blobs["sha256"].isna().all()
    reason = "its SHA-256 could not be computed: ZeroDivisionError"
    assert logs.rejects[["blob", "reason"]].to_numpy().tolist() == [["a.json", reason], ["b.json", reason]]


@pytest.mark.parametrize("name", ["b.txt", "b.json"])
def test_an_error_of_the_look_itself_is_this_file_s_alone(tmp_path, monkeypatch, name):
    def fail(*_):
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr(content_kind, "name_other", fail)
    put(tmp_path, "a.json")
    put(tmp_path, name, b'{"theme": "dark"}')
    logs = nsgkit.read_logs(tmp_path)
    told = dict(zip(logs.rejects["blob"], logs.rejects["reason"], strict=True)) | aside(logs)
    assert len(logs.flows) == 1 and "ZeroDivisionError" in told[name]


def test_a_file_that_says_it_is_larger_than_memory_is_named(tmp_path):
    put(tmp_path, "a.json")
    os.truncate(put(tmp_path, "zeros.json", b""), 1 << 43)
    logs = nsgkit.read_logs(tmp_path)
    assert len(logs.flows) == 1
    assert logs.rejects["reason"].tolist() == ["nothing but zero bytes or white space: a copy that failed"]
    assert logs.blobs["size"].tolist() == [len(GOOD), 1 << 43]


@pytest.mark.parametrize("data", [bytes(5000), bytes(2_000_000), b" \r\n" * 99])
def test_an_hour_of_zero_bytes_could_not_be_read(tmp_path, data):
    put(tmp_path, LAID_OUT, data)
    put(tmp_path, LAID_OUT.replace("h=09", "h=10"))
    said = repr(nsgkit.read_logs(tmp_path))
    assert "1 present, 1 could not be read." in said
    assert "Could not be read: nothing but zero bytes or white space: a copy that failed (1)." in said


@pytest.mark.parametrize(
    "changed", [b'{"records":[]}', b"", GOOD[:-40], other(3), ZeroDivisionError("surprise")]
)
def test_a_file_that_changes_while_the_folder_is_read_counts_as_it_was(tmp_path, monkeypatch, changed):
    put(tmp_path, "a.json", blob(nsg_record(PROBE), nsg_record(ALLOWED)))
    put(tmp_path, "b.json", blob(nsg_record(PROBE), nsg_record(ALLOWED, minute=45)))
    real, calls = reading.load, []

    def load(*given):
        calls.append(given)
        if len(calls) > 2 and isinstance(changed, Exception):
            raise changed
        return real(*given) if len(calls) < 3 else changed

    monkeypatch.setattr(reading, "load", load)
    logs = nsgkit.read_logs(tmp_path)
    assert (len(calls) > 2, len(logs.flows), len(logs.rejects)) == (True, 4, 0)


def test_many_files_of_one_size_are_compared_at_once(tmp_path):
    for i in range(60):
        put(tmp_path, f"{i:02}.json", other(i % 50))
    logs = nsgkit.read_logs(tmp_path)
    assert len(logs.flows) == 50
    assert logs.rejects["reason"].tolist() == [
        f"the same bytes as {i:02}.json: counted once" for i in range(10)
    ]


def test_empty_logs_are_no_copies(tmp_path):
    for i, data in enumerate([b'{"records":[]}', b'{ "records" : [\n]\n}\n'] * 2):
        put(tmp_path, f"{i}.json", data)
    assert nsgkit.read_logs(tmp_path).rejects.empty


@pytest.mark.parametrize(
    "path",
    [
        None, "", " ", b"data", pd.NaT, 17, ["data"], "a\0b", "x" * 5000, "https://demo.blob.core.windows.net/c",
        "abfss://c@demo.dfs.core.windows.net/", "~nobody-here/logs", os.fsdecode(b"caf\xe9"),
    ],
)  # fmt: skip
def test_what_is_no_path_is_one_sentence(path):
    with pytest.raises(NsgkitError) as raised:
        nsgkit.read_logs(path)
    said = str(raised.value)
    said.encode()
    assert len(said) < 700 and "\n" not in said and said.endswith(".")


@pytest.mark.parametrize(
    "pasted",
    [
        "https://demo.blob.core.windows.net/c?sv=2024&sig=SECRET", "demo.blob.core.windows.net/c?SECRET",
        "?sv=2024&sig%3DSECRET", "DefaultEndpointsProtocol=https;AccountName=demo;AccountKey=SECRET",
        "SECRET" * 14 + "ab==",
    ],
)  # fmt: skip
def test_a_pasted_secret_is_not_repeated(pasted):
    with pytest.raises(NsgkitError, match=r"not a path: download it first with nsgkit\.download") as raised:
        nsgkit.read_logs(pasted)
    assert "SECRET" not in str(raised.value)


def test_a_folder_that_is_called_like_an_account_is_read(tmp_path):
    put(tmp_path, "demo.blob.core.windows.net/a.json")
    assert len(nsgkit.read_logs(tmp_path / "demo.blob.core.windows.net").flows) == 1


def test_where_the_working_folder_was_deleted_the_path_is_none(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    with pytest.raises(NoLogsError, match=r"There is no file or folder a\.json\. Check the path\."):
        nsgkit.read_logs("a.json")


def test_a_pipe_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NoLogsError, match="a named pipe: never opened"):
        nsgkit.read_logs(tmp_path / "pipe")


def test_a_pipe_in_place_of_an_evidence_folder_s_file_is_never_opened(tmp_path):
    evidence_folder(tmp_path, {LAID_OUT: b"{}"})
    pipe = next(iter(evidence_blobs(tmp_path))).parts[0][0]
    pipe.unlink()
    os.mkfifo(pipe)
    assert nsgkit.read_logs(tmp_path).rejects["reason"].tolist() == ["no regular file: never opened"]


def test_the_home_folder_is_spelled_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    put(tmp_path, "logs/a.json")
    assert len(nsgkit.read_logs("~/logs").flows) == 1
