"""Short names of long resource ids: as much of the id as tells it from all others."""

import random

import pandas as pd
import pytest

from nsgkit.schema import cut_apart, join_apart, labels, short_labels, shortened


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["/SUB/1/NSG/X"], ["X"]),
        (["/RG/A/NSG/WEB/", "/RG/B/NSG/WEB", "/RG/B/NSG/DB"], ["A/NSG/WEB", "B/NSG/WEB", "DB"]),
        (["WEB", "/RG/B/NSG/WEB"], ["WEB", "NSG/WEB"]),
        (["/A", "A"], ["/A", "A"]),
    ],
)
def test_a_label_is_the_end_of_the_id(names, labels):
    assert [short_labels(names)[name] for name in names] == labels


def test_a_name_that_is_missing_was_not_logged():
    names = pd.Series(["/NSG/WEB", None, "/NSG/WEB"], index=[7, 8, 9])
    assert shortened(names).to_dict() == {7: "WEB", 8: "not logged", 9: "WEB"}


GUID, OTHER = "3E5A86C0-B1F4-47D7-9C2E-80D4A6B1F432", "00000000-0000-0000-0000-000000000000"
VNET = "/SUB/1/VIRTUALNETWORKS/VNET-DATA"


def test_a_guid_is_called_by_what_it_logs():
    assert labels([GUID, "/SUB/1/NSG/WEB"], {GUID: VNET}) == {GUID: "VNET-DATA", "/SUB/1/NSG/WEB": "WEB"}


def test_two_guids_that_log_the_same_are_told_apart():
    assert labels([GUID, OTHER], {GUID: VNET, OTHER: VNET}) == {
        GUID: "VNET-DATA (3E…32)",
        OTHER: "VNET-DATA (00…00)",
    }


def test_a_name_of_an_analyst_goes_before_the_id():
    assert labels(["000D3AB1A114"], {"000D3AB1A114": "WEB1"}) == {"000D3AB1A114": "WEB1"}


def test_a_long_name_is_cut_in_its_middle():
    assert cut_apart(["A" * 30 + "B" * 30], 11) == {"A" * 30 + "B" * 30: "AAAAA…BBBBB"}


def test_a_name_is_not_cut_where_it_differs():
    same = "UserRule_Allow-From-Partner"
    one, two = f"{same}-1-{same}", f"{same}-2-{same}"
    found = cut_apart([one, two], 12)
    assert "-1-" in found[one]
    assert "-2-" in found[two]


def ids(seed):
    """Ids that are easily taken for each other: few letters, few lengths, paths and parts of them."""
    pick = random.Random(seed)
    words = ["A", "B", "AB", "", "A (2)", "A (B)", "…", "x" * 40, "x" * 20 + "y" + "x" * 20]
    return list(dict.fromkeys("/".join(pick.choices(words, k=pick.randint(1, 4))) for _ in range(40)))


@pytest.mark.parametrize("seed", range(200))
def test_labels_of_distinct_ids_are_distinct(seed):
    names = ids(seed)
    known = dict(zip(names[::3], ids(seed + 1000), strict=False))
    for found in (short_labels(names), labels(names, known), cut_apart(names, 9)):
        assert list(found) == names
        assert len(set(found.values())) == len(names)


@pytest.mark.parametrize("seed", range(50))
def test_labels_of_distinct_groups_are_distinct(seed):
    rows = list(dict.fromkeys(zip(ids(seed), ids(seed + 1), strict=False)))
    assert len(set(join_apart(rows, 14).values())) == len(rows)


def test_of_a_group_the_short_names_stay_whole():
    assert join_apart([("TCP", "x" * 60, "inbound")], 30)["TCP", "x" * 60, "inbound"] == (
        f"TCP  ·  {'x' * 6}…{'x' * 7}  ·  inbound"
    )
