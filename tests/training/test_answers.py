"""Answers in any clothes: the same verdict for the same answer, whatever was given, and never an error."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.training.answers import (
    ADDRESS,
    ADDRESSES,
    MOMENT,
    ROWS,
    WHOLE,
    amount,
    choice,
    read,
    several,
    shown,
    together,
)
from nsgkit.training.checking import RIGHT, SLIP, WRONG, WRONG_KIND, check, general_slips
from nsgkit.training.exercise import draw
from nsgkit.training.given import UNKNOWN, WrongKindError
from tests.examples import examples
from tests.training.every import EXERCISES

ALL = [WHOLE, amount(0.1), ADDRESS, ADDRESSES, MOMENT, ROWS, choice("a", "b"), several("a", "b")]
ALL += [together(WHOLE, MOMENT)]
FLOWS = pd.DataFrame({"src_ip": ["10.8.0.4", "10.8.0.5", "10.8.0.4"], "port": [22, 443, 22]}, index=[1, 2, 3])
NUMBERS = [
    97_000, 97_000.0, np.int64(97_000), np.uint32(97_000), np.float64(97_000), Decimal(97_000),
    Fraction(97_000), "97000", "97,000", "97 000", "97\u00a0000", "97_000", " +97000 ", "97000.0",
    [97_000], (97_000,), {97_000},
    pd.Series([97_000]), pd.Series([97_000], index=["total"], dtype="Int64"), pd.Index([97_000]),
    pd.DataFrame({"n": [97_000]}), np.array(97_000), np.array([[97_000]]), pd.array([97_000], dtype="UInt32"),
]  # fmt: skip
MISSING = [
    None, pd.NA, pd.NaT, float("nan"), np.nan, np.datetime64("NaT"), "unknown", " Unknown", "?", [None],
    pd.Series([pd.NA]), pd.DataFrame({"n": [np.nan]}), np.array(np.nan),
]  # fmt: skip
TEN = "2025-03-04 10:15:00"
TIMES = [
    TEN, "2025-03-04T10:15:00Z", "2025-03-04 11:15+01:00", "2025-03-04 10:15:00.4", "2025-03-04 10:15",
    datetime(2025, 3, 4, 10, 15, tzinfo=UTC), pd.Timestamp(TEN), pd.Timestamp(TEN).to_pydatetime(),
    pd.Timestamp("2025-03-04 11:15", tz="Europe/Berlin"), np.datetime64("2025-03-04T10:15"),
    pd.Timestamp("2025-03-04 10:15:00.123456789"), pd.Series(pd.to_datetime([TEN], utc=True)),
    pd.DatetimeIndex([TEN]),
]  # fmt: skip
ROWS_GIVEN = [
    [3, 1], (1, 3), {1, 3}, "1, 3", "1,3", [1, 3, 3], np.array([1, 3]), pd.Series([1, 3]), pd.Index([3, 1]),
    FLOWS.query("port == 22"), FLOWS.query("port == 22").index, FLOWS["port"].loc[[1, 3]],
    FLOWS["port"] == 22, range(1, 4, 2), ["1", 3.0],
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_a_number_is_a_number(number):
    assert read(WHOLE, number) == read(amount(0), number) == 97_000
    assert type(read(WHOLE, number)) is int


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
@pytest.mark.parametrize("missing", MISSING, ids=repr)
def test_unknown_is_an_answer_everywhere(kind, missing):
    assert read(kind, missing) == UNKNOWN


@pytest.mark.parametrize("time", TIMES, ids=repr)
def test_a_time_is_in_utc_to_the_second(time):
    assert read(MOMENT, time) == TEN


def test_a_day_is_its_midnight():
    assert read(MOMENT, date(2025, 3, 4)) == "2025-03-04 00:00:00"


@pytest.mark.parametrize("rows", ROWS_GIVEN, ids=repr)
def test_rows_are_their_numbers(rows):
    assert read(ROWS, rows) == (1, 3)


@pytest.mark.parametrize(
    "addresses",
    [
        "10.8.0.5, 10.8.0.4", {"10.8.0.4", "10.8.0.5"}, FLOWS["src_ip"], FLOWS["src_ip"].unique(),
        FLOWS["src_ip"].array,
    ],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_addresses_are_a_set(addresses):
    assert read(ADDRESSES, addresses) == ("10.8.0.4", "10.8.0.5")


@pytest.mark.parametrize("nothing", [[], set(), "", "none", FLOWS["src_ip"].iloc[:0]], ids=repr)
def test_none_of_several_is_an_answer(nothing):
    assert read(ADDRESSES, nothing) == read(several("a", "b"), nothing) == ()
    assert shown(()) == "none"


@pytest.mark.parametrize("pair", [(3, "at"), [3.0, "AT LEAST"], pd.Series([3, "at least"]),
                                  pd.DataFrame({"n": [3], "how": ["at least"]})], ids=repr)  # fmt: skip
def test_two_answers_are_read_each_by_its_kind(pair):
    assert read(together(WHOLE, choice("exact", "at least")), pair) == (3, "at least")


def test_words_may_have_a_comma_or_be_called_none():
    kind = several("NSG, version 1", "none")
    assert read(kind, "NSG, version 1") == ("NSG, version 1",)
    assert read(kind, "none") == ("none",)


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        (WHOLE, FLOWS, "I need one number, such as 12; you gave a table of 3 rows."),
        (WHOLE, 1.5, "I need one whole number, such as 12; you gave 1.5."),
        (WHOLE, True, "I need one number, such as 12; you gave True."),
        (WHOLE, [1, 2], "I need one number, such as 12; you gave 2 values."),
        (WHOLE, "twelve", "I need one number, such as 12; you gave 'twelve'."),
        (WHOLE, "1,00,0", "I need one number, such as 12; you gave '1,00,0'."),
        (WHOLE, float("inf"), "I need one number, such as 12; you gave inf."),
        (WHOLE, object(), "I need one number, such as 12; you gave something of the type object."),
        (ADDRESS, 168_296_452, "I need an IP address, such as '10.8.0.4'; you gave 168296452."),
        (ADDRESS, "fe80::1%eth0", "I need an IP address, such as '10.8.0.4'; you gave 'fe80::1%eth0'."),
        (MOMENT, 1_741_082_400, "I need a time in UTC, such as '2025-03-04 10:15:00'; you gave 1741082400."),
        (choice("exact", "at least"), "maybe", "I need one of exact, at least; you gave 'maybe'."),
        (choice("begin", "beyond"), "be", "I need one of begin, beyond; you gave 'be'."),
    ],
)  # fmt: skip
def test_a_wrong_kind_says_what_is_needed_and_what_was_given(kind, given, said):
    with pytest.raises(WrongKindError) as caught:
        read(kind, given)
    assert str(caught.value) == said


class Equal(int):
    """A number that says that it is equal to anything."""

    __hash__ = int.__hash__

    def __eq__(self, other):
        return True


def test_a_number_that_claims_to_be_equal_is_read_as_what_it_is():
    assert type(read(WHOLE, Equal(5))) is int


def raising(*names):
    def refuse(self, *args):
        raise RuntimeError("looked at")

    return type("Shy", (), dict.fromkeys(names, refuse))()


class Classless:
    @property
    def __class__(self):
        raise RuntimeError("looked at")


STRANGERS = [
    raising("__eq__"), raising("__repr__", "__str__"), raising("__len__", "__iter__"), Classless(),
    raising("__hash__", "__bool__", "__float__", "__int__", "__index__", "__array__"), object(), type,
    raising("__getattribute__"), type("\x1b[31m", (), {})(), 10**5000, -(10**400), "9" * 10_000, b"12",
    {"a": 1}, {}, iter([1]), 1j, ..., [[[]]], pd.DataFrame(), pd.Series(dtype="object"), np.zeros((2, 2)),
    pd.Timedelta(1, "h"), pd.Interval(0, 1), pd.MultiIndex.from_tuples([(1, 2)]), range(10**12),
    "2025-13-45", date.max, np.datetime64("9999999-01-01"), "\ud800", "a\x00\u202e",
]  # fmt: skip
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes()
    | st.decimals() | st.complex_numbers() | st.integers(0, len(STRANGERS) - 1).map(lambda n: STRANGERS[n]),
    lambda inner: st.lists(inner, max_size=4)
    | st.tuples(inner, inner)
    | st.lists(inner, max_size=4).map(lambda values: pd.Series(values, dtype="object")),
    max_leaves=6,
)  # fmt: skip
KINDS = {exercise.kind.name: exercise for exercise in EXERCISES}


@pytest.mark.parametrize("name", KINDS)
def test_no_stranger_makes_it_raise_or_right(name, recwarn):
    exercise = KINDS[name]
    case = draw(exercise, 0)
    none_is_right = exercise.right_answer(case) == ()  # as an empty column says
    for stranger in STRANGERS:
        said = check(exercise, case, stranger)
        assert none_is_right or said.outcome in (WRONG_KIND, WRONG, SLIP)
        assert repr(said).isprintable() and said._repr_html_()
    assert not recwarn


@pytest.mark.parametrize("name", KINDS)
@given(st.data())
@examples(10)
def test_whatever_is_given_is_right_only_where_it_is_the_same(name, data):
    exercise = KINDS[name]
    case = draw(exercise, 0)
    answer = data.draw(PLAIN)
    if check(exercise, case, answer).outcome == RIGHT:
        assert exercise.kind.same(read(exercise.kind, answer), exercise.right_answer(case))


@pytest.mark.parametrize(
    ("kind", "answer", "right", "names"),
    [
        (WHOLE, 5_000, 5, ["times-1000"]),
        (WHOLE, 5, 5_000_000, ["times-1000000"]),
        (amount(.01), 804, 100, ["times-8"]),
        (amount(.01), 102_400, 100, ["times-1024"]),
        (WHOLE, 8, 7, ["off-by-one"]),
        (WHOLE, 2, 1, []),
        (amount(.01), 8, 7, []),
        (together(WHOLE, WHOLE), (1, 9), (9, 1), ["swapped"]),
        (MOMENT, "2025-03-04 11:15:00", TEN, ["local-time"]),
        (MOMENT, "2025-03-05 10:15:00", TEN, []),
        (WHOLE, UNKNOWN, 5, []),
        (ROWS, (2, 5), (1, 3), []),
    ],
)  # fmt: skip
def test_slips_that_happen_to_anybody(kind, answer, right, names):
    assert [name for name, _ in general_slips(kind, answer, right)] == names


def test_many_answers_of_one_kind_are_asked_for_in_one_breath():
    kind = together(*[choice("A", "B")] * 8)
    with pytest.raises(WrongKindError, match=r"I need 8 answers, each of them one of A, B; you gave 'AB'\."):
        read(kind, "AB")
