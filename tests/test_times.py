import re
from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nsgkit.errors import NsgkitError
from nsgkit.times import milliseconds, parse_span, parse_time

NINE = datetime(2024, 12, 19, 9, tzinfo=UTC)
FIRST, LAST = (NINE.replace(year=year, tzinfo=None) for year in (1970, 9998))


@pytest.mark.parametrize(
    "text",
    [
        "2024-12-19 09:00", "2024-12-19T09:00", "2024-12-19 09:00:00", "2024-12-19T09:00:00.000Z",
        "2024-12-19T09:00:00.0000000Z", "2024-12-19T09:00+00:00", "2024-12-19T10:00+01:00",
        "2024-12-19 04:30-0430", "2024-12-19T11:00+02", "2024-12-19T09", "2024-12-19 10+01:00",
        "  2024-12-19 09:00\n",
    ],
)  # fmt: skip
def test_an_iso_text_is_that_time_in_utc(text):
    assert parse_time(text, "start") == NINE


@pytest.mark.parametrize(
    "time",
    [
        NINE.replace(tzinfo=None), NINE, NINE.astimezone(timezone(timedelta(hours=1))),
        pd.Timestamp("2024-12-19 09:00"), pd.Timestamp("2024-12-19 10:00", tz="Europe/Berlin"),
        pd.Timestamp("2024-12-19 09:00:00.000000001"),
    ],
)  # fmt: skip
def test_an_object_is_that_time_in_utc_to_the_microsecond(time):
    assert parse_time(time, "start") == NINE
    assert type(parse_time(time, "start")) is datetime


def test_a_date_is_its_midnight():
    assert (
        parse_time(date(2024, 12, 19), "start") == parse_time("2024-12-19", "start") == NINE.replace(hour=0)
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("03/04/2024", "'03/04/2024'"), ("03.04.2024", "'03.04.2024'"), ("19.12.2024", "'19.12.2024'"),
        ("10:00", "'10:00'"), ("20241219", "'20241219'"), ("2024-W51-4", "'2024-W51-4'"), ("now", "'now'"),
        ("2024-12", "'2024-12'"), ("2024-12-19 24:00", "'2024-12-19 24:00'"), ("", "''"), ("NaT", "'NaT'"),
        ("2024-02-30", "'2024-02-30'"), ("٢٠٢٤-12-19", "'٢٠٢٤-12-19'"), (pd.NaT, "NaT"), (None, "None"),
        (20241219, "int"), (True, "bool"), (1.5, "1.5"), (float("nan"), "nan"),
        (b"2024-12-19", "b'2024-12-19'"), ("x" * 5000, f"'{'x' * 40}'…"),
        ([], "list"), ("a\u202e\ud800", r"'a\u202e\ud800'"),
        ("0001-01-01", "'0001-01-01'"), ("0001-01-01T00:00+01:00", "'0001-01-01T00:00+01:00'"),
        ("9999-12-31", "'9999-12-31'"), ("9999-12-31T23:59-01:00", "'9999-12-31T23:59-01:00'"),
        ("1970-01-01T00:00+01:00", "'1970-01-01T00:00+01:00'"),
        (NINE.replace(year=1), "0001-12-19 09:00:00+00:00"),
        (NINE.replace(year=9999), "9999-12-19 09:00:00+00:00"),
    ],
)  # fmt: skip
def test_anything_else_is_one_sentence(given, shown):
    remedy = "write a time in UTC, from 1970 to 9998, as '2024-12-19' or '2024-12-19 09:00'."
    sentence = f"until takes no {shown}: {remedy}"
    with pytest.raises(NsgkitError, match=f"^{re.escape(sentence)}$") as raised:
        parse_time(given, "until")
    assert raised.value.__context__ is None


ISO_LIKE = st.builds(
    str.__add__, st.datetimes().map(datetime.isoformat), st.sampled_from(["", "Z", "+14:00"])
)


@given(
    st.one_of(
        st.text(max_size=30),
        st.from_regex(r"[0-9TZ: .+-]{4,30}"),
        ISO_LIKE,
        ISO_LIKE.map(lambda t: t.replace("T", " ")),
    )
)
@example("2024-12-19")
@example("1970-01-01 00:00")
def test_a_text_is_what_fromisoformat_says_or_our_error(text):
    try:
        time = parse_time(text, "start")
    except NsgkitError:
        return
    said = datetime.fromisoformat(text.strip())
    assert time == (said if said.tzinfo else said.replace(tzinfo=UTC))


@given(st.datetimes(min_value=FIRST, max_value=LAST))
def test_every_time_is_taken_as_it_prints(time):
    assert (
        parse_time(str(time), "start") == parse_time(time.isoformat(), "start") == parse_time(time, "start")
    )


@pytest.mark.parametrize(
    ("text", "since_1970"),
    [("1970-01-01", 0), ("1970-01-01 00:00:00.0019", 1), ("9998-12-31 23:59:59.999", 253370764799999)],
)
def test_milliseconds_are_exact(text, since_1970):
    assert milliseconds(parse_time(text, "start")) == since_1970


def test_a_span_may_be_open_but_not_empty():
    assert parse_span(None, "2024-12-19 09:00") == (None, NINE)
    with pytest.raises(
        NsgkitError, match=r"^start \(2024-12-19 09:00\) must lie before end \(2024-12-19 09:00\)\.$"
    ):
        parse_span(NINE, NINE)
