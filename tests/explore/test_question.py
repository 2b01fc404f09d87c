"""What the traffic explorer asks of a part of the conversations, and what it knows from all of them."""

from ipaddress import ip_network

import pandas as pd
import pytest

import nsgkit
from nsgkit.explore.traffic import pictures
from nsgkit.explore.traffic.as_code import code
from nsgkit.explore.traffic.question import Question, Traffic
from nsgkit.schema import NAMES
from tests.frames import flows

# A NIC with a public address of its own: the other one forwards for it, and for the internet.
ROWS = flows("""
    09:00:00 198.51.100.7:50000 192.0.2.8:443 TCP I A B mac=00AA00000002
    09:00:00 198.51.100.7:50000 192.0.2.8:443 TCP O A B mac=00AA00000001
    09:01:00 10.0.0.4:50001 192.0.2.8:443 TCP O D - mac=00AA00000003
    09:02:00 10.0.0.4:50002 192.0.2.8:443 TCP O D - mac=00AA00000003
    09:03:00 10.0.0.5:50003 203.0.113.9:22 TCP O D - mac=00AA00000003
""")
FILTER = "nic:00AA00000003"  # by these rows alone 192.0.2.8 is the internet


@pytest.fixture
def traffic():
    return Traffic(ROWS, nsgkit.conversations(ROWS))


def asked(picture, filter=FILTER):
    return Question(filter, measure="denied", picture=picture, by="NIC")


def test_the_internet_is_the_same_whatever_is_chosen(traffic):
    assert ip_network("192.0.2.0/24") in traffic.own.own
    for filter in (FILTER, ""):
        cells = pictures.answer(traffic, asked("Matrix", filter)).query("denied > 0")
        assert set(cells["destination"]) == {"192.0.2.0/24", "internet"}
    links = pictures.answer(traffic, asked("Links"))
    assert set(links["dst_ip"]) == {"192.0.2.8", "internet"}


@pytest.mark.parametrize("picture", pictures.PICTURES)
def test_the_code_makes_the_same_table(traffic, picture):
    names = {"logs": ROWS}
    exec(code(traffic.settled(asked(picture)), "logs"), names)
    pd.testing.assert_frame_equal(names["table"], pictures.answer(traffic, asked(picture)))


def test_a_nic_keeps_its_name_whatever_is_chosen(traffic):
    table = pictures.answer(traffic, asked("Top", "src:10.0.0.5"))
    assert table["mac"].tolist() == ["00AA00000003"]
    assert table.attrs[NAMES]["00AA00000003"] == "00AA00000003 · 10.0.0.4"


def test_the_conversations_that_were_given_stay_as_they_are(traffic):
    traffic.chosen(Question())
    assert traffic.conversations.attrs == {}
