"""A record that is there twice counts once: in one blob, in two, and however it is written."""

import json
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.flows import repeats
from tests.blobs import ALLOWED, MAC, NSG, PROBE, VNET_BEGIN, blob, nsg_record, read, same, vnet_record

HOUR = [
    nsg_record(PROBE, ALLOWED, minute=1),
    vnet_record(VNET_BEGIN, minute=2),
    nsg_record(ALLOWED, minute=3),
]


def turned(value):
    """Return a JSON value with the keys of all objects in the other order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(item) for item in value] if isinstance(value, list) else value


COPIES = {
    "the same bytes": blob(*HOUR),
    "a partial copy": blob(*HOUR)[:-40],
    "pretty-printed": json.dumps({"records": HOUR}, indent=1).encode(),
    "keys in another order": json.dumps({"records": turned(HOUR)}).encode(),
    "escapes": blob(*HOUR).replace(b"/", b"\\/").replace(b"UserRule", b"\\u0055serRule"),
    "one record a line": "\n".join(map(json.dumps, HOUR)).encode(),
    "other case of ids": blob(*HOUR)
    .replace(NSG.encode(), NSG.lower().encode())
    .replace(MAC.encode(), b"00-0d-3a-b1-78-75"),
    "zeros after a second's digits": blob(*HOUR).replace(b"0475109Z", b"047510900Z"),
}


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_copy_of_an_hour_counts_once(copy, size):
    found = read(blob(*HOUR), COPIES[copy], size=size)
    assert found.flows["blob"].unique().tolist() == ["0"]
    assert len(found.flows) == 4
    told = found.rejects[found.rejects["tuple"].notna()]
    places = told[["blob", "record", "tuple"]].to_numpy().tolist()
    assert places == [["1", 0, 0], ["1", 0, 1], ["1", 1, 0], ["1", 2, 0]][: len(places)]
    assert len(places) >= 3
    assert told["reason"].tolist() == [
        f"repeats record {number} of 0: counted once" for _, number, _ in places
    ]
    same(found, read(blob(*HOUR), COPIES[copy], exact=True))


@given(st.permutations(range(3)), st.permutations(range(3)))
def test_the_first_is_by_the_order_of_blobs_and_records(one, two):
    found = read(blob(*(HOUR[i] for i in one)), blob(*(HOUR[i] for i in two)))
    assert set(found.flows["blob"]) == {"0"}
    for reject in found.rejects.itertuples():
        assert reject.reason == f"repeats record {one.index(two[reject.record])} of 0: counted once"


def test_a_reject_of_a_repeat_points_to_its_tuple():
    data = COPIES["pretty-printed"]
    rejects = read(blob(*HOUR), data).rejects
    assert all(
        data[offset:].startswith(f'"{raw}"'.encode()) for offset, raw in rejects[["offset", "raw"]].to_numpy()
    )


def test_malformed_tuples_of_a_repeat_are_repeats_too():
    found = read(blob(nsg_record("nonsense", 5, PROBE)), blob(nsg_record("nonsense", 5, PROBE)))
    assert found.rejects["blob"].tolist() == ["0", "0", "1", "1", "1"]
    assert found.rejects["reason"].str.startswith("repeats").tolist() == [False, False, True, True, True]


@pytest.mark.parametrize(
    "other",
    [
        nsg_record(PROBE, PROBE),
        nsg_record(ALLOWED, PROBE),
        nsg_record(PROBE, ALLOWED, minute=45),
        nsg_record(PROBE, ALLOWED, time="2024-12-19T09:44:35.0475108Z"),
        nsg_record(PROBE, ALLOWED, rule="UserRule_Other"),
        nsg_record(PROBE, ALLOWED, resourceId=NSG + "2"),
        nsg_record(PROBE, ALLOWED.replace("203.0.113.9", "203.0.113.8")),
        nsg_record(PROBE[:-1], ALLOWED),
        json.dumps(nsg_record(PROBE, ALLOWED)).replace(f'"mac": "{MAC}"', '"mac": "000D3AB17876"'),
    ],
)
def test_what_differs_in_anything_is_no_repeat(other):
    found = read(blob(nsg_record(PROBE, ALLOWED)), blob(other))
    assert (len(found.flows), len(found.rejects)) == (4, 0)


def test_equal_tuples_in_one_record_stay():
    assert len(read(blob(nsg_record(PROBE, PROBE, PROBE))).flows) == 3


@pytest.mark.parametrize("copies", [200, 400])
def test_many_equal_records_are_each_looked_at_once(copies):
    opened, looked = [], []
    content = repeats._content
    with patch.object(repeats, "_content", lambda *a: looked.append(a) or content(*a)):
        data = [blob(*[nsg_record(PROBE)] * copies), blob(nsg_record(ALLOWED))]
        found = read(*data, again=lambda i: opened.append(i) or data[i])
    assert (len(found.flows), len(found.rejects)) == (2, copies - 1)
    assert (len(looked), opened) == (copies, [0])


def test_one_minute_in_many_records_is_not_opened_again():
    opened = []
    lines = [ALLOWED.replace("55256", str(port)) for port in range(50)]
    found = read(blob(*(nsg_record(line) for line in lines)), again=opened.append)
    assert (len(found.flows), opened) == (50, [])


def test_records_whose_bytes_are_gone_meanwhile_count():
    data = blob(nsg_record(PROBE))
    assert len(read(data, data, again=lambda _: None).flows) == 2


def test_a_folder_with_a_partial_copy(tmp_path):
    for name, data in (("a.json", blob(*HOUR)), ("b.json", COPIES["a partial copy"])):
        (tmp_path / name).write_bytes(data)
    logs = nsgkit.read_logs(tmp_path)
    assert np.array_equal(logs.blobs["rows"], [4, 0])
    assert logs.rejects["reason"].iloc[0] == "repeats record 0 of a.json: counted once"
