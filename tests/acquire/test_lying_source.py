"""A source that lies: each lie is our error or changes nothing, the others come, nothing torn is whole."""

import re
from functools import partial
from itertools import count

import pytest

from nsgkit import read_logs
from nsgkit.acquire import blobs, errors
from nsgkit.acquire.download import download
from nsgkit.acquire.listing import find_blobs, find_logs
from nsgkit.errors import NsgkitError
from nsgkit.evidence.folder import evidence_blobs, read_blob
from nsgkit.evidence.manifest import read_manifest
from nsgkit.evidence.verify import verify
from tests.acquire.logs import NINE, NSG, hours, name
from tests.acquire.proxy import answer, edited
from tests.azurite import fill

pytestmark = pytest.mark.azurite
DAY = {"start": "2024-12-19", "end": "2024-12-20"}
LIAR = name()  # the one of three blobs about which the source lies
GOOD = [name(hour) for hour in hours(3)[1:]]


def held(evidence):
    return {blob.name: read_blob(blob) for blob in evidence_blobs(evidence)}


@pytest.fixture
def three(container):
    """Three blobs; gives their contents."""
    return fill(container, [LIAR, *GOOD])


@pytest.fixture
def lie(proxy):
    """Make a fault whenever the blob LIAR is asked for, or the list, as long as the test lasts."""

    def make(fault, on="read"):
        ask = proxy.next_fault

        def next_fault(kind, path):
            asked = kind == on and (kind == "list" or "h%3D09" in path or "h=09" in path)
            return fault if asked else ask(kind, path)

        proxy.next_fault = next_fault  # until it is reset

    return make


def fact(tag, value):
    """Say in a list that LIAR's fact is this."""

    def edit(body):
        def put(match):
            return re.sub(rf"<{tag}>.*?</{tag}>", f"<{tag}>{value}</{tag}>", match[0])

        return re.sub(r"<Blob><Name>[^<]*h=09/.*?</Blob>", put, body.decode(), flags=re.DOTALL).encode()

    return edited(edit)


FACTS = {
    **{f"length {v}": ("Content-Length", v) for v in ("abc", "-5", str(2**70), "", "10", "5000", "1e3", "٣")},
    "length with a sign": ("Content-Length", "+941"),
    "etag with a line break": ("Etag", "0x8\nDD: x"),
    "etag with a carriage return": ("Etag", "0x8&#13;DD"),
    "etag with a quote": ("Etag", "0x8&quot;DD"),
    "etag that is empty": ("Etag", ""),
    "etag that is another": ("Etag", "0x1"),
    "etag of 10,000 characters": ("Etag", "x" * 10_000),
    "etag beyond ASCII": ("Etag", "Ünï"),
    "created: no date": ("Creation-Time", "soon"),
    "modified: no date": ("Last-Modified", "Thu, 99 Dec 2024 99:00:00 GMT"),
    "modified: year 0": ("Last-Modified", "Thu, 19 Dec 0000 09:00:00 GMT"),
    "type that is none": ("BlobType", "Nonsense"),
    "tier that is none": ("AccessTier", "Nonsense"),
    "lease that is none": ("LeaseState", "Nonsense"),
}


@pytest.mark.parametrize("said", FACTS.values(), ids=FACTS)
def test_a_blob_is_whole_when_the_service_says_so_at_the_read_whatever_the_list_says(
    three, url, lie, tmp_path, said
):
    lie(fact(*said), on="list")
    told = download(url, tmp_path / "e", **DAY)
    assert (told.listed, told.fetched, told.failed) == (3, 3, {})
    assert held(tmp_path / "e") == three
    assert verify(tmp_path / "e").ok


@pytest.mark.parametrize("said", FACTS.values(), ids=FACTS)
def test_a_list_that_says_nonsense_of_one_blob_can_be_looked_at(three, url, lie, said):
    lie(fact(*said), on="list")
    assert find_blobs(url, "2024-12-19", "2024-12-20")["name"].tolist() == [LIAR, *GOOD]
    assert find_logs(url)["last_day_blobs"].tolist() == [3]


def _bomb(body):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 100}">' for n in range(9))
    return f"<!DOCTYPE b [{entities}]><EnumerationResults><Blobs>&e8;</Blobs></EnumerationResults>".encode()


LISTS = {
    "cut": edited(lambda body: body[: len(body) // 2]),
    "another root": edited(lambda body: b"<Error><Code>x</Code></Error>"),
    "a root without blobs": edited(lambda body: b"<EnumerationResults/>"),
    "an entity bomb": edited(_bomb),
    "a login page": edited(lambda body: b"<html><body>Sign in</body></html>", content_type="text/html"),
    "a login page that is no XML": edited(lambda body: b"<html><br>Sign in", content_type="text/html"),
    "nothing": edited(lambda body: b""),
    "bad UTF-8": edited(lambda body: b"\xff\xfe" + body),
    "a blob without a name": edited(lambda body: re.sub(rb"<Name>.*?</Name>", b"", body)),
    "JSON": edited(lambda body: b'{"blobs": []}', content_type="application/json"),
    "a date that is none": edited(lambda body: body, date="soon"),
    "a date without a zone": edited(lambda body: body, date="Thu, 19 Dec 2024 09:00:00 -0000"),
    "a date at the end of time": edited(lambda body: body, date="Fri, 31 Dec 9999 23:59:59 GMT"),
}


@pytest.mark.parametrize("fault", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("call", ["find_logs", "find_blobs", "download", "download again"])
def test_a_list_that_is_none_is_one_sentence_and_nothing_is_gone(three, url, lie, tmp_path, fault, call):  # noqa: PLR0917
    if call == "download again":
        download(url, tmp_path / "e", **DAY)
    lie(fault, on="list")
    calls = {
        "find_logs": find_logs,
        "find_blobs": partial(find_blobs, **DAY),
        "download": partial(download, folder=tmp_path / "e", **DAY),
        "download again": partial(download, folder=tmp_path / "e", **DAY),
    }
    with pytest.raises(NsgkitError, match=r"for the container [a-z0-9-]+ makes no sense"):
        calls[call](url)
    if call == "download again":
        assert {blob.state for blob in evidence_blobs(tmp_path / "e")} == {"complete"}


def _next(marker):
    return lambda body: re.sub(rb"<NextMarker ?/>", b"<NextMarker>" + marker() + b"</NextMarker>", body)


_NUMBERS = count()


def _count():
    return b"m%d" % next(_NUMBERS)


ENDLESS = {
    "the same marker": edited(_next(lambda: b"again")),
    "ever another marker": edited(_next(_count)),
    "ever another marker and no blob": edited(
        lambda body: _next(_count)(re.sub(rb"<Blobs>.*</Blobs>", b"<Blobs></Blobs>", body, flags=re.DOTALL))
    ),
}


@pytest.mark.parametrize("fault", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("call", [find_logs, partial(find_blobs, **DAY)], ids=["find_logs", "find_blobs"])
def test_a_list_without_an_end_is_given_up(three, url, lie, monkeypatch, fault, call):  # noqa: PLR0917
    monkeypatch.setattr(blobs, "_EMPTY_PAGES", 20)
    lie(fault, on="list")
    with pytest.raises(errors.UnreadableError, match="has no end"):
        call(url)


def test_a_name_that_the_list_has_twice_is_one_blob(three, url, lie, tmp_path):
    lie(edited(lambda body: re.sub(rb"(<Blob>.*</Blob>)", rb"\1\1", body, flags=re.DOTALL)), on="list")
    told = download(url, tmp_path / "e", **DAY)
    assert (told.listed, told.fetched, told.failed) == (3, 3, {})
    assert held(tmp_path / "e") == three


def _range(text):
    return edited(lambda body: body, content_range=text)


READS = {
    "a name that is refused": answer(400, x_ms_error_code="InvalidUri"),
    "a name that is not there": answer(404, x_ms_error_code="BlobNotFound"),
    "500 always": answer(500),
    "503 always": answer(503),
    "a body that is cut": edited(lambda body: body[:100]),
    "a body that is too long": edited(lambda body: body + b"more"),
    "no body": edited(lambda body: b""),
    "206 with another beginning": _range("bytes 5-640/941"),
    "206 with another end": _range("bytes 0-5/664"),
    "206 of a blob of another length": _range("bytes 0-99/100"),
    "206 of a blob of a length beyond all": _range(f"bytes 0-99/{2**70}"),
    "206 with a range that is none": _range("all of it"),
    "206 with no range": _range(""),
    "200 with no range": edited(lambda body: body, status=200, content_range=""),
    "204": answer(204),
    "302": answer(302, Location="http://127.0.0.1:1/"),
    "MD5 that is another": edited(lambda body: body, content_md5="AAAAAAAAAAAAAAAAAAAAAA=="),
    "MD5 that is none": edited(lambda body: body, content_md5="abc"),
    "a date that is none": edited(lambda body: body, date="soon"),
    "a date without a zone": edited(lambda body: body, date="Thu, 19 Dec 2024 09:00:00 -0000"),
    "a date at the end of time": edited(lambda body: body, date="Fri, 31 Dec 9999 23:59:59 GMT"),
    "a pause that is none": answer(503, Retry_After="nan"),
    "a pause without end": answer(503, Retry_After="inf"),
    "an ETag that is another": edited(lambda body: body[:-1] + b" ", etag='"0x1"', content_md5=""),
    "a login page": edited(lambda body: b"<html>", status=200, content_range="", content_type="text/html"),
}


@pytest.mark.parametrize("fault", READS.values(), ids=READS)
def test_a_read_that_lies_is_that_blob_s_error_and_the_others_come(three, url, lie, tmp_path, fault):
    lie(fault)
    told = download(url, tmp_path / "e", **DAY)
    assert (told.fetched, list(told.failed)) == (2, [LIAR])
    assert held(tmp_path / "e") == {blob: three[blob] for blob in GOOD}
    assert list((tmp_path / "e/incoming").iterdir()) == []
    (line,) = [line.event for line in read_manifest(tmp_path / "e") if line.event["event"] == "failed"]
    assert (line["name"], line["why"]) == (LIAR, told.failed[LIAR])


HEADS = {
    "length that is none": edited(lambda body: body, content_length="abc"),
    "length below zero": edited(lambda body: body, content_length="-5"),
    "length beyond all": edited(lambda body: body, content_length=str(2**70)),
    "length that is another": edited(lambda body: body, content_length="10"),
    "no etag": edited(lambda body: body, etag=""),
    "a date that is none": edited(lambda body: body, last_modified="soon"),
}


@pytest.mark.parametrize("fault", HEADS.values(), ids=HEADS)
def test_a_blob_of_which_both_list_and_head_say_nonsense_is_an_error(three, url, lie, tmp_path, fault):
    lie(fact("Content-Length", "abc"), on="list")
    lie(fault, on="head")
    told = download(url, tmp_path / "e", **DAY)
    assert (told.fetched, list(told.failed)) == (2, [LIAR])
    assert held(tmp_path / "e") == {blob: three[blob] for blob in GOOD}


FILE = name().rpartition("/")[0]
NAMES = {
    "drive": f"{FILE}/C:x.json",
    "drive as the NIC": name(mac="C:"),
    "drive in the id": name().replace("/SUBSCRIPTIONS/S", "/C:/x.json"),
    "two slashes": name().replace("resourceId=/", "resourceId=//"),
    "two dots": f"{FILE}/..json",
    "two dots as the NIC": name(mac=".."),
    "line break": f"{FILE}/a\nb.json",
    "carriage return": f"{FILE}/a\r\nb.json",
    "1,024 characters": f"{FILE}/{'x' * (1024 - len(FILE) - 6)}.json",
    "a device of Windows": f"{FILE}/CON.json",
    "a device as the NIC": name(mac="CON"),
    "dots behind": name(mac="000D3AB17875..."),
    "a space behind": name(mac="000D3AB17875 "),
    "percent": f"{FILE}/%2e%2e%2fx.json",
    "question mark and number sign": f"{FILE}/a?sig=b#c.json",
}
LOG = (
    b'{"records":[{"time":"2024-12-19T09:00:40.1234567Z","systemId":"1","macAddress":"000D3AB17875",'
    b'"category":"NetworkSecurityGroupFlowEvent","resourceId":"%b","operationName":'
    b'"NetworkSecurityGroupFlowEvents","properties":{"Version":1,"flows":[{"rule":"r","flows":[{"mac":'
    b'"000D3AB17875","flowTuples":["1734598810,10.0.0.4,10.0.0.5,50000,443,T,O,A"]}]}]}}]}' % NSG.encode()
)


@pytest.mark.parametrize("hostile", NAMES.values(), ids=NAMES)
def test_a_hostile_name_is_held_under_its_hash_and_read_again(container, direct, tmp_path, hostile):
    container.upload_blob(hostile, LOG)
    container.upload_blob(GOOD[0], LOG)
    told = download(direct, tmp_path / "e", **DAY)
    assert told.failed == {}
    assert held(tmp_path / "e") == {hostile: LOG, GOOD[0]: LOG}
    files = [path.name for path in (tmp_path / "e/blobs").rglob("*") if path.is_file()]
    assert all(re.fullmatch(r"[0-9a-f]{64}\.0", file) for file in files)
    assert {path.name for path in tmp_path.iterdir()} == {"e"}
    read = set(read_logs(tmp_path / "e").blobs["name"])
    assert read == {f"{container.container_name}/{blob}" for blob in (hostile, GOOD[0])}
    assert verify(tmp_path / "e").ok


# The emulator takes no such name, so the proxy says that it has them.
OTHER_NAMES = {
    "backslash": f"{FILE}/a\\b.json",
    "backslash in the NIC": name(mac="a\\b"),
    "two dots in the id": name().replace("/SUBSCRIPTIONS/S", "/../.."),
    "control characters": f"{FILE}/a\x7f\u202eb.json",
}


def _renamed(hostile):
    def edit(body):
        return body.decode().replace(f"<Name>{LIAR}</Name>", f"<Name>{hostile}</Name>").encode()

    return edited(edit)


@pytest.mark.parametrize("hostile", OTHER_NAMES.values(), ids=OTHER_NAMES)
def test_a_name_that_the_emulator_does_not_take_is_held_too(container, url, lie, tmp_path, hostile):
    for blob in (LIAR, GOOD[0]):
        container.upload_blob(blob, LOG)
    etag = container.get_blob_client(LIAR).get_blob_properties().etag
    served = {"content-range": f"bytes 0-{len(LOG) - 1}/{len(LOG)}", "etag": etag}
    lie(_renamed(hostile), on="list")
    lie(lambda handler, *_: handler.reply(206, served, LOG))
    download(url, tmp_path / "e", **DAY)
    assert held(tmp_path / "e") == {hostile: LOG, GOOD[0]: LOG}
    read = set(read_logs(tmp_path / "e").blobs["name"])
    assert read == {f"{container.container_name}/{blob}" for blob in (hostile, GOOD[0])}


@pytest.mark.parametrize("hostile", OTHER_NAMES.values(), ids=OTHER_NAMES)
def test_a_name_that_the_service_lists_and_refuses_is_that_blob_s_error(three, url, lie, tmp_path, hostile):
    lie(_renamed(hostile), on="list")
    told = download(url, tmp_path / "e", **DAY)
    assert (told.fetched, list(told.failed)) == (2, [hostile])
    assert held(tmp_path / "e") == {blob: three[blob] for blob in GOOD}


def test_names_that_differ_in_case_alone_are_two_blobs(container, direct, tmp_path):
    for file in ("PT1H.json", "pt1h.JSON"):
        container.upload_blob(f"{FILE}/{file}", LOG + file.encode())
    download(direct, tmp_path / "e", **DAY)
    assert {file: data[-9:] for file, data in held(tmp_path / "e").items()} == {
        f"{FILE}/PT1H.json": b"PT1H.json",
        f"{FILE}/pt1h.JSON": b"pt1h.JSON",
    }


@pytest.mark.parametrize("other", ["C:/x.json", "//abs.json", "a\\b.json", "CON", "dots..."])
def test_a_hostile_name_outside_the_layout_is_told_as_left_out(container, direct, tmp_path, other):
    fill(container, [name(NINE), other])
    told = download(direct, tmp_path / "e", **DAY)
    assert list(held(tmp_path / "e")) == [name(NINE)]
    assert "were left out, such as " in str(told)
