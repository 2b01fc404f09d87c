"""What was deleted at the source is told, also all of an NSG or of a prefix; nothing else is called gone."""

from threading import Event

import pytest

from nsgkit.acquire.download import download
from nsgkit.errors import NoLogsError, NsgkitError
from nsgkit.evidence.folder import evidence_blobs
from nsgkit.evidence.hours import evidence_hours, manifest_hours
from nsgkit.evidence.manifest import read_manifest
from nsgkit.evidence.verify import verify
from nsgkit.evidence.writer import open_writer
from tests.acquire.logs import MAC, NINE, NSG, OLD_NSG, OTHER_MAC, SEEN, hours, name
from tests.acquire.proxy import answer, raw
from tests.azurite import empty_container, fill
from tests.stored import stored

pytestmark = pytest.mark.azurite
DAY = {"start": "2024-12-19", "end": "2024-12-20"}


@pytest.fixture
def held(container, url, tmp_path):
    """An evidence folder of three logs, two hours each; gives its path."""
    fill(container, [name(hour, resource=log) for log in (NSG, OLD_NSG, SEEN) for hour in hours(2)])
    download(url, tmp_path / "e", **DAY)
    return tmp_path / "e"


def delete(container, *logs):
    for blob in list(container.list_blob_names()):
        if any(blob.startswith((f"resourceId={log}/", f"flowLogResourceID={log}/")) for log in logs):
            container.delete_blob(blob)


def gone(evidence):
    return {blob.name for blob in evidence_blobs(evidence) if blob.state == "gone"}


def gone_lines(evidence):
    return [line.event["name"] for line in read_manifest(evidence) if line.event["event"] == "gone"]


def both(log):
    return {name(hour, resource=log) for hour in hours(2)}


def test_all_of_an_nsg(container, url, held):
    delete(container, NSG)
    told = download(url, held, **DAY)
    assert told.gone == 2
    assert "2 blobs of the evidence folder are no longer in Azure. They are kept." in str(told)
    assert (gone(held), sorted(gone_lines(held))) == (both(NSG), sorted(both(NSG)))
    assert verify(held).ok


def test_a_whole_prefix(container, url, held):
    delete(container, NSG, OLD_NSG)
    assert download(url, held, **DAY).gone == 4
    assert gone(held) == both(NSG) | both(OLD_NSG)


def test_all_there_was_is_told_and_so_is_that_nothing_is_left(container, url, held):
    delete(container, NSG, OLD_NSG, SEEN)
    told = download(url, held, **DAY)
    assert (told.gone, gone(held)) == (6, both(NSG) | both(OLD_NSG) | both(SEEN))
    assert "holds no flow logs" in str(told)


def test_what_was_told_once_is_not_told_again(container, url, held):
    delete(container, NSG, OLD_NSG, SEEN)
    download(url, held, **DAY)
    with pytest.raises(NoLogsError, match="holds no flow logs"):
        download(url, held, **DAY)
    assert len(gone_lines(held)) == 6


def test_the_one_nsg_that_was_chosen(container, url, held):
    delete(container, NSG, OLD_NSG)
    told = download(url, held, **DAY, resource="demovm-nsg")
    assert (told.gone, gone(held)) == (2, both(NSG))
    assert "No flow log in the container is called 'demovm-nsg'" in str(told)


def test_the_coverage_picture_has_its_hours(container, url, held):
    delete(container, NSG)
    download(url, held, **DAY)
    states = evidence_hours(held).query(f"resource == {NSG!r} and mac == {MAC!r}")["state"]
    assert states.tolist()[:2] == ["gone", "gone"]
    assert set(states[2:]) == {"no blob"}
    statuses = manifest_hours(held).query(f"resource == {NSG!r} and mac == {MAC!r}")["status"]
    assert statuses.tolist()[:2] == ["no longer in Azure", "no longer in Azure"]


def test_what_comes_back_is_gone_no_longer(container, url, held):
    delete(container, NSG)
    download(url, held, **DAY)
    fill(container, both(NSG))
    download(url, held, **DAY)
    assert gone(held) == set()


@pytest.mark.parametrize(
    "asked",
    [
        {"start": "2024-12-18", "end": "2024-12-19"},
        {"start": "2024-12-20", "end": "2024-12-21"},
        DAY | {"mac": OTHER_MAC},
        DAY | {"resource": "SEEN-LOG"},
    ],
    ids=["a span before", "a span after", "another NIC", "another log"],
)
def test_what_was_not_listed_is_not_gone(container, url, held, asked):
    delete(container, NSG)
    try:
        download(url, held, **asked)
    except NoLogsError as none:
        assert "has no blob of what was asked for" in str(none)
    assert gone(held) == set()


def test_another_container_s_blobs_are_not_gone(account, held):
    other = empty_container(account)
    fill(other, [name(NINE, resource=OLD_NSG)])
    download(f"{account}/{other.container_name}", held, **DAY)
    assert gone(held) == set()


HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"


@pytest.mark.parametrize("fault", [answer(403), answer(500), raw(HTML)], ids=["403", "500", "login page"])
@pytest.mark.parametrize("after", [0, 2, 5, 12])
def test_a_listing_that_failed_half_way_calls_nothing_gone(container, url, proxy, held, fault, after):  # noqa: PLR0917
    delete(container, NSG)
    proxy.fail(lambda handler, *_: handler.reply(*handler.ask()), times=after, on="list")
    proxy.fail(fault, times=500, on="list")
    with pytest.raises(NsgkitError):
        download(url, held, **DAY)
    assert gone(held) == set()


def test_a_listing_that_was_stopped_half_way_calls_nothing_gone(container, url, proxy, held):
    delete(container, NSG)
    stop = Event()

    def stopping(handler, *_):
        stop.set()
        handler.reply(*handler.ask())

    proxy.fail(lambda handler, *_: handler.reply(*handler.ask()), times=4, on="list")
    proxy.fail(stopping, on="list")
    assert download(url, held, **DAY, stop=stop).stopped
    assert gone(held) == set()


def test_a_name_that_no_listing_of_the_span_covers_is_not_gone(url, container, held):
    odd = name().replace("d=19/h=09", "d=19/h=9")
    place = {"account": "devstoreaccount1", "container": container.container_name}
    with open_writer(held) as writer:
        writer.add("stored", **stored(odd, **place))
    assert download(url, held, start="2024-12-19T09:00", end="2024-12-19T11:00").gone == 0
