"""Every form in which records were seen, every cut, and what is no record at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.flows.parse.framing import frame
from tests.blobs import ALLOWED, PROBE, blob, nsg_record, read, same, vnet_record

ONE, TWO = nsg_record(PROBE), nsg_record(ALLOWED, minute=45)
TEXTS = [json.dumps(record, separators=(",", ":")) for record in (ONE, TWO)]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        '{"records":[%s,%s]}',
        "\ufeff" + '{"records":[%s,%s]}',
        '{"records":[%s,%s,]}',
        '{"records":[%s,%s',
        '{"records":[%s,%s,',
        "[%s,%s]",
        "%s\n%s\n",
        '{"records":[{"records":[%s]},%s]}',
        '{"count":2,"records":[%s,%s]}',
        '{"records":[%s]}{"records":[%s]}',
        '  {"records" : [ %s , %s ] }\r\n',
    ],
)
def test_each_form_gives_the_same_two_records(text, exact):
    data = (text % tuple(TEXTS)).encode()
    result = read(data, exact=exact)
    assert result.flows["dst_port"].tolist() == [12086, 443]
    assert result.rejects["tuple"].notna().all()


def test_a_second_list_of_records_is_read_and_its_key_rejected():
    result = read(f'{{"records":[{TEXTS[0]}],"records":[{TEXTS[1]}]}}'.encode())
    assert result.flows["dst_port"].tolist() == [12086, 443]
    assert result.rejects["reason"].tolist() == ["this is not a record"]


def test_pretty_printed_is_the_same_as_compact():
    pretty = json.dumps({"records": [ONE, vnet_record("nonsense")]}, indent=2).encode()
    result = read(pretty)
    same(result, read(pretty, exact=True))
    assert len(result.flows) == 1
    assert pretty[result.rejects["offset"][0] :].startswith(b'"nonsense"')


@pytest.mark.parametrize("cut", range(len(blob(ONE, TWO)) + 1))
def test_cut_at_every_byte(cut):
    data = blob(ONE, TWO)[:cut]
    result = read(data)
    whole = sum(cut >= end for end in (12 + len(TEXTS[0]), 13 + sum(map(len, TEXTS))))
    assert len(result.flows) == whole
    assert result.counts[0].complete == (cut == len(data) == len(blob(ONE, TWO)))
    assert len(result.rejects) <= 1
    if cut % 7 == 0:
        same(result, read(data, exact=True))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the blob is empty"),
        (b" \n", "the blob is empty"),
        (b"\0" * 512, "the blob is empty"),
        ('{"records":[]}'.encode("utf-16"), "the blob is UTF-16 text; convert it to UTF-8 and read it again"),
        (
            '{"records":[]}'.encode("utf-16-le"),
            "the blob is UTF-16 text; convert it to UTF-8 and read it again",
        ),
        (b"PK\x03\x04 no JSON", "this is not a record"),
        (b'{"rec', "the blob ends inside this record: still growing, or cut"),
    ],
)
def test_what_cannot_be_framed_is_one_reject_with_an_unknown_count(data, reason):
    result = read(data)
    assert result.rejects["reason"].tolist() == [reason]
    assert result.rejects["tuple"].isna().all()
    assert (result.counts[0].tuples, result.counts[0].unread) == (0, 1)


@pytest.mark.parametrize("data", [b'{"records":[]}', b'{"records":[', b"[]"])
def test_no_records_is_not_a_fault(data):
    assert not len(read(data).rejects)


def test_a_broken_record_does_not_take_its_neighbours_along():
    broken = TEXTS[0].replace('"Version":2', '"Version":NaN')
    result = read(blob(ONE, broken, TWO))
    same(result, read(blob(ONE, broken, TWO), exact=True))
    assert result.flows["record"].tolist() == [0, 2]
    assert result.rejects["reason"][0].startswith("not JSON at byte ")


def test_an_unclosed_record_is_left_at_the_next_one():
    result = read(blob(ONE, TEXTS[0].replace("]}]}", "]", 1), TWO))
    assert result.flows["dst_port"].tolist() == [12086, 443]
    assert len(result.rejects) == 1


def test_deep_nesting_is_stepped_over():
    deep = "[" * 100_000 + "]" * 100_000
    record = TEXTS[0].replace('"operationName"', f'"deep":{deep},"operationName"')
    assert len(read(blob(record, TWO)).flows) == 2


def test_a_growing_deep_nest_is_cut():
    result = read(b'{"records":[' + b'{"a":[' * 5000)
    assert result.rejects["reason"].tolist() == ["the blob ends inside this record: still growing, or cut"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"category": "NetworkSecurityGroupEvent"}, "category 'NetworkSecurityGroupEvent' is no flow log"),
        ({"category": None}, "category (none) is no flow log"),
        (
            {"properties": {"Version": 3, "flows": []}},
            "version '3' of NetworkSecurityGroupFlowEvent is not known",
        ),
        ({"properties": {"flows": []}}, "version (none) of NetworkSecurityGroupFlowEvent is not known"),
        ({"properties": {"Version": 2}}, "flows is not a list of objects"),
        (
            {"properties": {"Version": 2, "flows": [{"rule": "r", "flows": [{"mac": "m"}]}]}},
            "flowTuples is not a list",
        ),
    ],
)
def test_what_is_no_flow_log_is_set_aside_by_name(change, reason):
    result = read(blob(nsg_record(PROBE) | change, TWO))
    assert result.rejects["reason"][0].startswith(reason)
    assert result.rejects["tuple"].isna()[0] and len(result.flows) == 1


def test_a_repeated_key_rejects_its_record():
    twice = TEXTS[0].replace('"rule":"UserRule_Web"', '"rule":"UserRule_Web","rule":"Other"')
    result = read(blob(twice, TWO))
    assert result.rejects["reason"].tolist() == ["the key 'rule' stands twice in this record"]


def test_a_new_key_of_azures_is_no_fault():
    assert len(read(blob(nsg_record(PROBE, somethingNew={"a": 1}))).flows) == 1


def test_keys_in_any_order():
    assert len(read(blob(dict(reversed(ONE.items())))).flows) == 1


def test_windows_sdn_names_a_port_in_place_of_a_mac():
    record = nsg_record(PROBE.removesuffix(",B,,,,"), version="1.0")
    group = record["properties"]["flows"][0]["flows"][0]
    group["portId"] = group.pop("mac")
    flows = read(blob(record)).flows
    assert (flows["version"][0], flows["mac"][0]) == (1, "000D3AB17875")


def test_a_record_without_a_mac_takes_the_inner_one():
    record = nsg_record(PROBE)
    del record["macAddress"]
    assert read(blob(record)).flows["mac"][0] == "000D3AB17875"


@pytest.mark.parametrize(
    "raw", ['"\\ud800"', '"caf\\u00e9"', "1e999", "18446744073709551616", "[1]", "null", "{}"]
)
def test_an_odd_element_is_one_reject(raw):
    data = blob(TEXTS[0].replace("[" + json.dumps(PROBE), f"[{raw},{json.dumps(PROBE)}"))
    result = read(data)
    same(result, read(data, exact=True))
    assert len(result.flows) == 1 and result.rejects["tuple"].tolist() == [0]
    assert data[result.rejects["offset"][0] :].startswith(raw.encode())


def test_bytes_that_are_not_utf_8_are_one_reject():
    data = blob(nsg_record("caf\u00e9", PROBE, ALLOWED)).replace(b"caf\\u00e9", b"caf\xe9")
    result = read(data)
    same(result, read(data, exact=True))
    assert (len(result.flows), result.rejects["raw"].tolist()) == (2, ["caf\ufffd"])


def test_frame_tells_offsets():
    pieces = frame(blob(ONE, TWO)).pieces
    assert [blob(ONE, TWO)[p.offset : p.offset + len(p.raw)] for p in pieces] == [
        bytes(p.raw) for p in pieces
    ]


SAMPLE_BLOBS = sorted(Path("data/samples").rglob("PT1H.json"))


@given(st.sampled_from(SAMPLE_BLOBS), st.floats(0, 1))
def test_any_sample_cut_anywhere_gives_its_whole_records(path, part):
    data = path.read_bytes()
    cut = int(len(data) * part)
    whole, result = read(data), read(data[:cut])
    last = result.counts[0].records - result.counts[0].unread
    expected = whole.flows[whole.flows["record"] < last]
    assert len(result.flows) == len(expected)
    assert result.flows["time"].tolist() == expected["time"].tolist()
    assert result.counts[0].unread <= 1


@pytest.mark.slow
def test_one_line_of_a_gibibyte(tmp_path):
    one = json.dumps(nsg_record(*[ALLOWED] * 500), separators=(",", ":"))
    count = (1 << 30) // len(one)
    path = tmp_path / "PT1H.json"
    with path.open("w") as file:
        file.write('{"records":[')
        for i in range(count):
            file.write("," * (i > 0) + one.replace("0475109Z", f"{i:07d}Z"))
        file.write("]}")
    logs = nsgkit.read_logs(path)
    assert (len(logs.flows), len(logs.rejects)) == (500 * count, 0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"records":[{"time" 3}]}', "not JSON at byte 20: '3' where ':' should be"),
        ('{"records":[{3}]}', "not JSON at byte 13: '3' where a key should be"),
        ('{"records":[{"time":}]}', "not JSON at byte 20: '}' where a value should be"),
    ],
)
def test_what_is_no_json_is_told_by_its_place_and_by_what_should_be_there(text, told):
    assert read(text.encode()).rejects["reason"].tolist() == [told]
