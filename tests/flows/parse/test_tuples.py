"""One literal tuple of each form, and each thing that can be wrong with one."""

import pytest

from nsgkit.flows.parse.tuples import BadTupleError, canonical_address, read_tuple

V1 = "1493763938,185.170.185.105,10.2.0.4,35370,23,T,I,A"
V2 = "1493695838,185.170.185.105,10.2.0.4,35370,23,U,O,A,C,1021,588096,8005,4610880"
V2_DENIED_12 = "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,"
V4 = "1663146003599,10.0.0.6,192.0.2.180,23956,443,6,O,E,NX,3,767,2,1580"
V4_DENIED = "1663146003606,10.0.0.6,192.0.2.180,23956,443,17,I,D,NX,0,0,0,0"


def test_nsg_version_1():
    row = read_tuple(V1, 1)
    assert (row.time, row.src_port, row.protocol, row.decision, row.state) == (1493763938000, 35370, 6, 0, -1)


def test_nsg_version_2():
    row = read_tuple(V2, 2)
    assert (row.protocol, row.direction, row.state) == (17, 1, 1)
    assert row[-4:] == (1021, 588096, 8005, 4610880)


def test_nsg_version_2_with_twelve_fields_is_denied_and_has_no_counters():
    row = read_tuple(V2_DENIED_12, 2)
    assert (row.decision, row.state, row[-4:]) == (1, 0, (None,) * 4)


def test_nsg_version_2_with_eight_fields():
    assert read_tuple(V1, 2).state == -1


def test_vnet():
    row = read_tuple(V4, 4)
    assert (row.time, row.protocol, row.decision, row.state, row.encryption) == (1663146003599, 6, 0, 2, "NX")


def test_vnet_denied_has_no_state():
    row = read_tuple(V4_DENIED, 4)
    assert (row.decision, row.state) == (1, -1)


def test_vnet_in_seconds():
    assert read_tuple(V4.replace("1663146003599", "1663146003"), 4).time == 1663146003000


def test_a_decision_that_is_neither_is_unknown():
    assert read_tuple(V1[:-1] + "B", 1).decision == 2


@pytest.mark.parametrize("code", ["NX_SOMETHING_NEW", "NX2", "nx", "X" * 32])
def test_an_unknown_encryption_keeps_its_row(code):
    assert read_tuple(V4.replace(",NX,", f",{code},"), 4).encryption == code


def test_an_empty_encryption_is_null():
    assert read_tuple(V4.replace(",NX,", ",,"), 4).encryption is None


@pytest.mark.parametrize(
    ("text", "version", "reason"),
    [
        (V1.rsplit(",", 1)[0], 1, "7 fields; version 1 has 8"),
        (V2 + ",1", 2, "14 fields; version 2 has 8 or 12 or 13"),
        (V2, 1, "13 fields; version 1 has 8"),
        (V2.removesuffix(",4610880"), 2, "12 fields with counters: one counter is missing"),
        (
            V1.replace("185.170.185.105", "185.170.185.256"),
            1,
            "source '185.170.185.256' is not an IP address",
        ),
        (V1.replace("10.2.0.4", "fe80::1%eth0"), 1, "destination 'fe80::1%eth0' is not an IP address"),
        (V1.replace(",23,", ",65536,"), 1, "destination port '65536' is not a whole number from 0 to 65535"),
        (V1.replace(",23,", ",0x17,"), 1, "destination port '0x17' is not a whole number from 0 to 65535"),
        (V1.replace(",T,", ",6,"), 1, "protocol '6' is not one of T, U"),
        (V4.replace(",6,", ",256,"), 4, "protocol '256' is not a whole number from 0 to 255"),
        (V1.replace(",I,", ",IN,"), 1, "direction 'IN' is not one of I, O"),
        (V2.replace(",C,", ",D,"), 2, "state 'D' is not one of B, C, E"),
        (
            V2.replace("1021", "-1021"),
            2,
            "counter '-1021' is not a whole number from 0 to 9223372036854775807",
        ),
        (V2.replace("1021", str(2**64)), 2, f"counter '{2**64}' is not a whole number from 0 to {2**63 - 1}"),
        (V2.replace("1021", "9" * 5000), 2, "counter '" + "9" * 60 + "…' is not a whole number"),
        (
            V1.replace("1493763938", "0"),
            1,
            "time '0' is neither seconds nor milliseconds between 2010 and 2100",
        ),
        (
            V1.replace("1493763938", "253402300799"),
            1,
            "time '253402300799' is neither seconds nor milliseconds",
        ),
        (V4.replace(",NX,", ",N\tX,"), 4, "encryption 'N\\tX' is not a code"),
        (V4.replace(",NX,", "," + "X" * 33 + ","), 4, f"encryption '{'X' * 33}' is not a code"),
    ],
)
def test_what_is_wrong_is_said(text, version, reason):
    with pytest.raises(BadTupleError) as error:
        read_tuple(text, version)
    assert str(error.value).startswith(reason)


def test_counters_over_two_to_the_32():
    assert read_tuple(V2.replace("4610880", str(2**40)), 2).bytes_dst_to_src == 2**40


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("xxx.xxx.xxx.xxx", "xxx.xxx.xxx.xxx"),
        ("2001:0DB8::0001", "2001:db8::1"),
        ("::ffff:10.0.0.4", "::ffff:10.0.0.4"),
        ("010.0.0.4", None),
        ("٣.0.0.1", None),
    ],
)
def test_addresses_have_one_spelling(text, canonical):
    assert canonical_address(text) == canonical
