"""Nothing inside one blob ends the reading: what nsgkit fails on is a reject, and the rest is read."""

import json
from unittest.mock import patch

import numpy as np
import pytest

import nsgkit
from nsgkit.flows import batches as gather
from nsgkit.flows.parse import rows as parse
from tests.blobs import ALLOWED, PROBE, VNET_BEGIN, blob, nsg_record, read, same, vnet_record

KINDS = ["null", "5", "true", "{}", '{"flowTuples":["x"]}', '"text"', "-1.5e3", "[]", "[[]]"]
GOOD, LAST = nsg_record(ALLOWED, minute=50), nsg_record(PROBE, minute=51)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("record", [nsg_record(PROBE), vnet_record(VNET_BEGIN)])
def test_flow_tuples_of_any_kind_cost_only_themselves(record, kind):
    text = json.dumps(record, separators=(",", ":"))
    tuples = json.dumps([PROBE if PROBE in text else VNET_BEGIN])
    data = blob(GOOD, text.replace(tuples, kind), LAST)
    found = read(data)
    same(found, read(data, exact=True))
    assert found.flows["record"].tolist() == [0, 2]
    assert len(found.rejects) == (kind != "[]")


def test_one_tuple_as_a_text_is_a_list_of_one():
    text = json.dumps(nsg_record(PROBE)).replace(f'["{PROBE}"]', f'"{PROBE}"')
    assert read(blob(text)).flows["dst_port"].tolist() == [12086]


def test_a_reject_of_flow_tuples_shows_their_own_text():
    data = blob(json.dumps(nsg_record(PROBE)).replace(f'["{PROBE}"]', '{"a":1}'))
    reject = read(data).rejects.iloc[0]
    assert (reject["reason"], reject["raw"]) == ("flowTuples is not a list", '{"a":1}')
    assert data[reject["offset"] :].startswith(b'{"a":1}')


@pytest.mark.parametrize("at", range(0, len(blob(nsg_record(PROBE))), 3))
def test_a_byte_that_is_not_utf_8_anywhere(at):
    data = blob(nsg_record(PROBE))
    data = data[:at] + b"\xff" + data[at + 1 :]
    found = read(data, blob(GOOD))
    same(found, read(data, blob(GOOD), exact=True))
    assert found.flows["blob"].tolist()[-1] == "1"


def boom(real):
    def fail(*arguments, **named):
        if "BOOM" in str(arguments):
            raise ZeroDivisionError
        return real(*arguments, **named)

    return fail


def bytes_boom(real):
    def fail(bodies, versions):
        if any(b"BOOM" in bytes(body) for body in bodies):
            raise ZeroDivisionError
        return real(bodies, versions)

    return fail


REASON = "nsgkit could not read this: ZeroDivisionError: please report it with the blob"


def test_a_record_that_nobody_foresaw_is_a_reject_beside_the_others():
    others = [nsg_record(PROBE, minute=minute) for minute in (1, 2)]
    data = [blob(GOOD), blob(others[0], nsg_record("BOOM", PROBE), others[1]), blob(LAST)]
    with (
        patch.object(parse, "read_bodies", bytes_boom(parse.read_bodies)),
        patch.object(parse, "read_list", boom(parse.read_list)),
    ):
        found = read(*data)
    places = list(zip(found.flows["blob"], found.flows["record"], strict=True))
    assert places == [("0", 0), ("1", 0), ("1", 2), ("2", 0)]
    reject = found.rejects.iloc[0]
    assert (reject["blob"], reject["record"], reject["reason"]) == ("1", 1, REASON)
    assert "BOOM" in reject["raw"] and data[1][reject["offset"] :].startswith(b'{"time"')
    assert [count.unread for count in found.counts] == [0, 1, 0]


def test_what_only_the_quick_way_fails_on_is_read_exactly():
    data = blob(GOOD, nsg_record("BOOM", PROBE))
    with patch.object(parse, "read_bodies", bytes_boom(parse.read_bodies)):
        found = read(data)
    same(found, read(data, exact=True))


def test_a_blob_that_framing_fails_on_is_a_reject_beside_the_others():
    bad = b" " + blob(nsg_record("BOOM"))
    with patch.object(gather, "frame", boom(gather.frame)):
        found = read(blob(GOOD), bad, blob(LAST))
    assert found.flows["blob"].tolist() == ["0", "2"]
    assert found.rejects[["blob", "reason"]].to_numpy().tolist() == [["1", REASON]]
    assert not found.counts[1].complete


def test_a_blob_whose_time_cannot_be_told_is_read_all_the_same(tmp_path):
    (tmp_path / "a.json").write_bytes(b" " + blob(nsg_record("BOOM", PROBE)))
    (tmp_path / "b.json").write_bytes(blob(GOOD))
    with patch.object(parse, "frame", boom(parse.frame)), patch.object(gather, "frame", boom(gather.frame)):
        logs = nsgkit.read_logs(tmp_path, start="2024-12-19 09:00", end="2024-12-19 10:00")
    assert logs.flows["blob"].tolist() == ["b.json"]
    assert logs.rejects[["blob", "reason"]].to_numpy().tolist() == [["a.json", REASON]]


def test_an_odd_list_costs_itself_alone():
    data = json.dumps({"records": [GOOD, nsg_record(None, PROBE), LAST]}).encode()
    read_list, taken = parse.read_list, []
    with patch.object(parse, "read_list", lambda *a: taken.append(a[0]) or read_list(*a)):
        found = read(data, blob(GOOD))
    assert taken == [[None, PROBE]]
    same(found, read(data, blob(GOOD), exact=True))
    assert found.rejects[["record", "tuple"]].to_numpy().tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize("bad", [2, 200])
def test_rejects_are_placed_without_adding_up_the_batch_for_each(bad):
    data, cumsum, added = blob(*[nsg_record("bad", minute=i % 60) for i in range(bad)]), np.cumsum, []
    with patch.object(np, "cumsum", lambda *a, **k: added.append(len(a[0])) or cumsum(*a, **k)):
        assert len(read(data).rejects) == bad
    assert sum(added) <= 20 * bad + 40
