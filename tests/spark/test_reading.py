"""nsgkit.spark.read_logs tells what nsgkit.read_logs tells."""

import gzip
import json

import pytest

import nsgkit
from nsgkit import schema
from nsgkit.errors import NoLogsError, NsgkitError
from tests.blobs import ALLOWED, NSG, PROBE, VNET_BEGIN, nsg_record
from tests.spark.same import assert_same, assert_same_logs

HOUR = f"resourceId={NSG}/y=2024/m=12/d=19/h={{:02d}}/m=00/macAddress=000D3AB17875/PT1H.json"
SPANS = [
    {}, {"start": "2024-12-19 09:00", "end": "2024-12-19 10:00"}, {"end": "2024-12-19 09:44:01"},
]  # fmt: skip


def blob(*records):
    return json.dumps({"records": [*records]}).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Blobs of all kinds: copies, records that repeat, dirt, other logs, and what is no log at all."""
    top = tmp_path_factory.mktemp("blobs of all kinds")
    first, second = nsg_record(PROBE, ALLOWED, minute=44), nsg_record(ALLOWED, minute=45)
    written = {
        HOUR.format(9): blob(first, second),
        HOUR.format(10): blob(nsg_record(ALLOWED.replace("1734601440", "1734602395"), minute=46)),
        HOUR.format(13): blob(nsg_record(PROBE.replace("1734601416", "1734613200"), minute=47)),
        "a copy.json": blob(first, second),
        "anew.json": blob(second, nsg_record("dirt", PROBE, minute=48), first),
        "packed.json.gz": gzip.compress(blob(nsg_record(PROBE, minute=49)), mtime=0),
        "growing.json": blob(nsg_record(PROBE, minute=50))[:-2],
        "cut.json": blob(nsg_record(PROBE, minute=51))[:200],
        "within.json": blob(nsg_record(PROBE, minute=52), nsg_record(PROBE, minute=52)),
        "nothing.json": b'{"records":[]}',
        "metrics.json": b'{"time":"2024-12-19T09:00:00Z","metricName":"Bytes","timeGrain":"PT1M"}\n' * 3,
        "metrics again.json": b'{"time":"2024-12-19T09:00:00Z","metricName":"Bytes","timeGrain":"PT1M"}\n'
        * 3,
        "notes.txt": b"call Anna",
        "100%25 [x].json": blob(nsg_record(VNET_BEGIN, minute=53)),
        "empty.json": b"",
        "_SUCCESS": b"hidden",
    }
    for name, data in written.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return top


def test_the_samples_are_the_same(on_spark, logs):
    assert_same_logs(on_spark, logs)


@pytest.mark.parametrize("span", SPANS, ids=["all", "one hour", "until"])
def test_blobs_of_all_kinds_are_the_same(span, spark, folder):
    assert_same_logs(nsgkit.spark.read_logs(spark, str(folder), **span), nsgkit.read_logs(folder, **span))


def test_the_span_is_told_in_the_same_words(spark, folder):
    span = SPANS[1]
    theirs, ours = nsgkit.spark.read_logs(spark, str(folder), **span), nsgkit.read_logs(folder, **span)
    assert (theirs.asked, theirs.notes[:-1]) == (ours.asked, ours.notes)
    assert "a dot or an underscore" in theirs.notes[-1]


def test_one_file_is_read_as_a_folder_is(spark, folder):
    path = folder / HOUR.format(9)
    assert_same_logs(nsgkit.spark.read_logs(spark, f"file://{path}"), nsgkit.read_logs(path))


def test_small_blobs_are_one_task(on_spark):
    assert on_spark.flows.rdd.getNumPartitions() == 1


def test_times_and_numbers_have_the_types_of_a_store(on_spark):
    kinds = dict(on_spark.flows.dtypes)
    told = ("time", "src_port", "bytes_src_to_dst", "version", "rule")
    assert [kinds[name] for name in told] == ["timestamp", "int", "bigint", "smallint", "string"]


def test_what_is_kept_is_let_go(spark, folder):
    logs = nsgkit.spark.read_logs(spark, str(folder))
    logs.unpersist()
    assert_same(logs.flows, nsgkit.read_logs(folder).flows, schema.FLOWS, ["blob", "record", "tuple"])


def test_an_address_where_nothing_is(spark, tmp_path):
    with pytest.raises(NoLogsError, match=r"There is nothing at .*/nowhere\. Check the address"):
        nsgkit.spark.read_logs(spark, str(tmp_path / "nowhere"))


def test_a_folder_without_flow_logs(spark, tmp_path):
    (tmp_path / "notes.txt").write_text("call Anna")
    with pytest.raises(NoLogsError, match=r"1 files were set aside \(1 × no flow record in it\)"):
        nsgkit.spark.read_logs(spark, str(tmp_path))


def test_a_span_without_blobs(spark, folder):
    hour = folder / f"resourceId={NSG}"
    with pytest.raises(NoLogsError, match="they cover from 2024-12-19 09:00 to 2024-12-19 14:00 UTC"):
        nsgkit.spark.read_logs(spark, str(hour), start="2025-01-01", end="2025-01-02")


@pytest.mark.parametrize("url", [None, " ", 3])
def test_what_is_no_address(url, spark):
    with pytest.raises(NsgkitError, match="give that of a folder of blobs"):
        nsgkit.spark.read_logs(spark, url)
