"""Nothing is lost in silence: each list of tuples in the bytes is read, or stands in a reject."""

import json
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.flows.parse import any_form
from tests.blobs import ALLOWED, PROBE, blob, nsg_record, read, same, vnet_record

ONE, TWO, THREE = (nsg_record(ALLOWED, minute=minute) for minute in (1, 2, 3))
HIDDEN = {"flowTuples": [PROBE]}
BOM = b"\xef\xbb\xbf"


def text(value):
    return json.dumps(value, separators=(",", ":"))


@pytest.mark.parametrize(
    "data",
    [
        blob(ONE | {"new": HIDDEN}, TWO),
        blob(ONE | {"new": [[{"deeper": HIDDEN}]]}, TWO),
        blob(ONE | {"records": [nsg_record(PROBE)]}, TWO),
        blob(ONE | {"record": nsg_record(PROBE)}, TWO),
        blob(text(ONE | {"new": HIDDEN}).replace('"new":{"flowT', '"new":{"\\u0066lowT'), TWO),
        blob(text(ONE)[:-1] + ',"deep":' + "[" * 80 + text(HIDDEN) + "]" * 80 + "}", TWO),
        blob(ONE, TWO)[:-1] + b"," + text({"x": HIDDEN})[1:-1].encode() + b"}",
        text({"a": HIDDEN, "records": [ONE, TWO]}).encode(),
        text({"records": [ONE, TWO, HIDDEN]}).encode(),
        text([ONE, TWO, HIDDEN]).encode(),
    ],
)
def test_tuples_that_stand_elsewhere_are_a_reject(data):
    found = read(data)
    same(found, read(data, exact=True))
    assert found.flows["dst_port"].tolist() == [443, 443]
    assert found.rejects["raw"].str.contains("12086", regex=False).sum() == 1


@pytest.mark.parametrize("data", [b"]]]]", b",,,,", b"}", b" ] ", BOM + b"]}", b"[]]]"])
def test_brackets_and_commas_alone_are_one_reject(data):
    found = read(data)
    same(found, read(data, exact=True))
    assert found.rejects["reason"].tolist() == ["this is not a record"]
    assert not found.counts[0].complete


@pytest.mark.parametrize("first", ["[1,2]", '["a"]', "[[1]]", "[null]"])
@pytest.mark.parametrize("before", ["", '"count":1,'])
def test_a_first_list_of_records_without_objects_is_a_reject(before, first):
    data = f'{{{before}"records":{first},"records":[{text(ONE)}]}}'.encode()
    found = read(data)
    same(found, read(data, exact=True))
    assert len(found.flows) == 1 and len(found.rejects) > 0


@pytest.mark.parametrize(
    "data",
    [
        blob(ONE, TWO).replace(b'"records"', b'"recor\\u0064s"'),
        BOM + BOM + blob(ONE, TWO),
        text({"a": {"b": [{"records": [ONE, TWO]}]}}).encode(),
        blob(text(ONE).replace("flowTuples", "flow\\u0054uples"), TWO),
        blob(text(ONE).replace("category", "\\u0063ategory"), TWO),
        text({"records": ONE, "more": TWO}).encode(),
    ],
)
def test_records_are_found_however_keys_are_written_and_wrapped(data):
    found = read(data)
    same(found, read(data, exact=True))
    assert (len(found.flows), len(found.rejects), found.counts[0].complete) == (2, 0, True)


def test_an_empty_inner_mac_takes_the_records():
    data = blob(text(ONE).replace('{"mac":"000D3AB17875"', '{"mac":""'))
    found = read(data)
    same(found, read(data, exact=True))
    assert found.flows["mac"].tolist() == ["000D3AB17875"]


@given(st.permutations(list(ONE)), st.booleans(), st.data())
def test_a_missing_quote_costs_its_own_record_alone(order, vnet, draw):
    first = vnet_record("x", minute=1) if vnet else ONE
    texts = [
        text({key: record[key] for key in sorted(record, key=[*order, *record].index)})
        for record in (first, TWO, THREE)
    ]
    quotes = [i for i, letter in enumerate(texts[0]) if letter == '"']
    at = draw.draw(st.sampled_from(quotes))
    data = blob(texts[0][:at] + texts[0][at + 1 :], *texts[1:])
    found = read(data)
    same(found, read(data, exact=True))
    minutes = found.flows["record_time"].dt.minute.tolist()
    assert minutes[-2:] == [2, 3]


@pytest.mark.parametrize("unit", ['{"time":[', '{"time":"', "{x}", '{"x":}', '"\\', '{"', '{"a":1}x"'])
def test_broken_text_is_not_read_again_and_again(unit):
    data, read_value, looked = (unit * 3000).encode(), any_form.read_value, []
    search = any_form._NEXT_RECORD.search

    class Pattern:
        def search(self, text, place):
            found = search(text, place)
            looked.append((found.start() if found else len(text)) - place)
            return found

    def noted(text, at):
        try:
            value, end = read_value(text, at)
        except any_form.MalformedError as error:
            looked.append(len(text) - at if error.cut else error.offset - at)
            raise
        looked.append(end - at)
        return value, end

    with patch.object(any_form, "read_value", noted), patch.object(any_form, "_NEXT_RECORD", Pattern()):
        assert len(read(data).rejects) > 0
    assert sum(looked) <= 4 * len(data)
