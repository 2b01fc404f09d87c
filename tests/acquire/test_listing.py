"""What a container holds, told from its folders."""

import logging

import pandas as pd
import pytest

from nsgkit.acquire import blobs
from nsgkit.acquire.listing import find_blobs, find_logs
from nsgkit.acquire.messages import NAME
from nsgkit.errors import NoLogsError, NsgkitError
from tests.acquire.logs import DOCUMENTED, MAC, NSG, OLD_NSG, OTHER_MAC, SEEN, beside_flow_logs, hours, name
from tests.acquire.proxy import answer
from tests.azurite import fill

pytestmark = pytest.mark.azurite


def test_each_nsg_and_flow_log_is_one_row(container, direct):
    places = [(NSG, MAC), (OLD_NSG, None), (SEEN, MAC), (DOCUMENTED, MAC)]
    fill(container, [name(resource=resource, mac=mac) for resource, mac in places])
    found = find_logs(direct).set_index("resource")
    assert found["family"].to_dict() == {NSG: "NSG", OLD_NSG: "NSG", SEEN: "VNet", DOCUMENTED: "VNet"}
    assert found["nics"].to_dict() == {NSG: (MAC,), OLD_NSG: (), SEEN: (MAC,), DOCUMENTED: (MAC,)}


def test_span_days_nics_and_bytes(container, direct):
    first, *_, last = every = hours(50)
    contents = fill(container, [name(h) for h in every[:3]] + [name(last), name(last, OTHER_MAC)])
    (row,) = find_logs(direct).to_dict("records")
    assert (row["first_hour"], row["last_hour"]) == (pd.Timestamp(first), pd.Timestamp(last))
    assert (row["days"], row["nics"], row["last_day_blobs"]) == (2, (MAC, OTHER_MAC), 2)
    assert row["last_day_bytes"] == sum(len(contents[name(last, mac)]) for mac in (MAC, OTHER_MAC))


def test_what_is_no_flow_log_is_no_nic_and_no_hour(container, direct, caplog):
    caplog.set_level(logging.INFO, NAME)
    (content,) = fill(container, [name()]).values()
    beside_flow_logs(container)
    (row,) = find_logs(direct).to_dict("records")
    assert (row["resource"], row["nics"], row["days"]) == (NSG, (MAC,), 1)
    assert row["first_hour"] == row["last_hour"] == pd.Timestamp(hours(1)[0])
    assert (row["last_day_blobs"], row["last_day_bytes"]) == (1, len(content))
    told = caplog.text
    caplog.clear()
    assert "2 folders are not of NSGs or VNet flow logs and were left out, such as backup/." in told
    assert "On the first and last days: 3 blobs are not named like flow logs and were left out" in told
    assert find_blobs(direct, "2024-12-19", "2024-12-20")["name"].tolist() == [name()]
    assert "3 blobs are not named like flow logs" in caplog.text


def test_it_does_not_walk_every_hour(container, url, proxy):
    fill(container, [name(hour) for hour in hours(24 * 4)])
    find_logs(url)
    assert proxy.count("list") < 24
    assert proxy.count("read") == 0


def test_the_blobs_of_a_span(container, direct):
    contents = fill(container, [name(h, mac) for h in hours(4) for mac in (MAC, OTHER_MAC)])
    found = find_blobs(direct, "2024-12-19T10:00", "2024-12-19T11:30", resource=NSG.lower(), mac=MAC)
    assert found["name"].tolist() == [name(h) for h in hours(3)[1:]]
    assert found["size"].tolist() == [len(contents[name(h)]) for h in hours(3)[1:]]
    assert found["hour"].tolist() == [pd.Timestamp(h) for h in hours(3)[1:]]
    assert set(found["resource"]) == {NSG}


def test_the_blobs_of_the_hour_after_are_listed_too(container, direct):
    fill(container, [name(h) for h in hours(4)])
    found = find_blobs(direct, "2024-12-19T10:00", "2024-12-19T11:00")
    assert found["name"].tolist() == [name(h) for h in hours(3)[1:]]


def test_an_endless_span_asks_for_no_hour_before_azure_or_to_come(container, url, proxy):
    fill(container, [name()])
    assert len(find_blobs(url, "1970-01-01", "9998-12-31")) == 1
    assert proxy.count("list") < 100


@pytest.mark.parametrize("end", [None, pd.NaT, "2024-12-18"])
def test_a_span_that_is_none_is_an_error(direct, end):
    with pytest.raises(NsgkitError, match=r"end takes no|must lie before end"):
        find_blobs(direct, "2024-12-19", end)


def test_a_span_without_blobs_has_the_same_columns(container, direct):
    fill(container, [name()])
    full = find_blobs(direct, "2024-12-19", "2024-12-20")
    empty = find_blobs(direct, "2020-01-01", "2020-01-02")
    assert (len(full), len(empty)) == (1, 0)
    assert empty.columns.tolist() == full.columns.tolist()
    assert empty.dtypes["hour"] == full.dtypes["hour"] == "datetime64[ms, UTC]"


@pytest.mark.parametrize("there", [[], ["readme.txt", "logs/y=2024/x"]])
def test_a_container_without_flow_logs_says_what_was_looked_for(container, direct, there):
    fill(container, there)
    with pytest.raises(NoLogsError, match="resourceid= or flowlogresourceid="):
        find_logs(direct)


def test_a_container_that_is_not_there(direct):
    with pytest.raises(NsgkitError, match="has no container no-such-one"):
        find_logs(direct.rpartition("/")[0] + "/no-such-one")


def test_it_says_who_reads(container, direct, caplog):
    caplog.set_level(logging.INFO, NAME)
    fill(container, [name()])
    find_logs(direct)
    assert "as the published key of the storage emulator on this machine." in caplog.text


def test_a_mac_that_is_none_is_an_error(direct):
    with pytest.raises(NsgkitError, match="mac takes no 'eth0'"):
        find_blobs(direct, "2024-12-19", "2024-12-20", mac="eth0")


@pytest.mark.parametrize("given", ["", b"x", 5, pd.NaT, [], [None], ["N", 5]])
@pytest.mark.parametrize("argument", ["resource", "mac"])
def test_what_is_no_name_is_one_sentence(direct, argument, given):
    with pytest.raises(NsgkitError, match=rf"^{argument} takes no \S+: give [^.]+\.$"):
        find_blobs(direct, "2024-12-19", "2024-12-20", **{argument: given})


def test_a_name_of_5000_characters_is_not_repeated(container, direct):
    fill(container, [name()])
    with pytest.raises(NsgkitError, match=r"is called 'x{40}'…\. There are: DEMOVM-NSG\.$"):
        find_blobs(direct, "2024-12-19", "2024-12-20", resource="x" * 5000)


def test_a_list_of_many_pages_is_read_to_its_end(container, url, proxy, monkeypatch):
    monkeypatch.setattr(blobs, "_PAGE", 7)
    fill(container, [name(hour) for hour in hours(30)])
    proxy.fail(answer(503), times=3, on="list")
    assert len(find_blobs(url, "2024-12-19", "2024-12-21")) == 30
