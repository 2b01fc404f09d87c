"""What a learner gives, in whatever clothes: one value, or several, without those of numpy and pandas."""

import re
from collections.abc import Sized
from datetime import date, datetime
from decimal import Decimal
from ipaddress import ip_address
from math import isfinite, isnan
from numbers import Real
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from nsgkit.errors import NsgkitError
from nsgkit.html import visible
from nsgkit.times import parse_time

UNKNOWN: Final = "unknown"
A_NUMBER = "one number, such as 12"
AN_ADDRESS = "an IP address, such as '10.8.0.4'"
A_TIME = "a time in UTC, such as '2025-03-04 10:15:00'"
_MOST = 10_000  # values of an answer: no exercise has as many rows
_LONGEST = 40  # letters of what is said again
_NUMBER = re.compile(r"[+-]?(\d[\d_]*|\d{1,3}([ ,\u00a0\u202f]\d{3})+)?(\.\d+)?(?<=\d)", re.ASCII)
_COLUMNS = (pd.Series, pd.Index, np.ndarray, ExtensionArray)
ORDERED = (*_COLUMNS, list, tuple)
_SEVERAL = (*ORDERED, set, frozenset, range)


class WrongKindError(NsgkitError):
    """What was given is no answer of the kind that is asked for."""


def refused(needs: str, given: object, more: str = "") -> WrongKindError:
    """Return the error that says what is needed, and what was given."""
    return WrongKindError(f"I need {needs}; you gave {said(given)}{more}.")


def single(given: Any) -> Any:
    """Return the only value of what holds just one, as a plain one.

    >>> single(pd.Series([12])), single(np.int64(12)), single(pd.DataFrame({"n": [12]})), single([12])
    (12, 12, 12, 12)
    """
    if isinstance(given, pd.DataFrame) and given.size == 1:
        given = given.iloc[0, 0]
    elif isinstance(given, np.ndarray) and given.size == 1:
        given = given.reshape(-1)[0]
    elif isinstance(given, _SEVERAL) and len(given) == 1:
        given = next(iter(given))
    plain = isinstance(given, np.generic) and not isinstance(given, np.datetime64)
    return given.item() if plain else given


def is_unknown(given: Any) -> bool:
    """Return whether *unknown* was given: None, a missing value of pandas or numpy, or the word.

    >>> is_unknown(pd.NA), is_unknown("Unknown"), is_unknown(0)
    (True, True, False)
    """
    one = single(given)
    if isinstance(one, str):
        return one.strip().casefold() in (UNKNOWN, "?")
    if one is None or one is pd.NA or one is pd.NaT:
        return True
    return bool(np.isnat(one)) if isinstance(one, np.datetime64) else isinstance(one, float) and isnan(one)


def number(given: Any) -> int | float:
    """Return one number: 97000, 97_000.0, "97,000" and a column of one value are the same.

    >>> number("97,000"), number("1.5")
    (97000, 1.5)
    """
    one = single(given)
    if isinstance(one, str):
        text = one.strip()
        if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
            raise refused(A_NUMBER, given)
        digits = re.sub("[ ,_\u00a0\u202f]", "", text)
        return float(digits) if "." in digits else int(digits)
    if isinstance(one, bool) or not isinstance(one, Real | Decimal) or not isfinite(one):
        raise refused(A_NUMBER, given)
    # As a plain one: a stranger's number may say that it is equal to anything.
    return int.__int__(one) if isinstance(one, int) else float(one)


def whole(given: Any) -> int:
    """Return one whole number."""
    if (found := number(given)) != int(found):
        raise refused("one whole number, such as 12", given)
    return int(found)


def address(given: Any) -> str:
    """Return an address in its usual form; one with a zone, such as fe80::1%eth0, stands in no log.

    >>> address(" 2001:DB8::0:1 ")
    '2001:db8::1'
    """
    text = str(single(given)).strip()
    try:
        found = None if "%" in text else ip_address(text)
    except ValueError:
        found = None
    if found is None:
        raise refused(AN_ADDRESS, given)
    return str(found)


def moment(given: Any) -> str:
    """Return a time in UTC, to the second.

    >>> moment(pd.Timestamp("2025-03-04 11:15", tz="Europe/Berlin")), moment("2025-03-04 10:15")
    ('2025-03-04 10:15:00', '2025-03-04 10:15:00')
    """
    one = single(given)
    if not isinstance(one, str | date | np.datetime64):  # as datetime and pandas' Timestamp are
        raise refused(A_TIME, given)
    try:
        time = parse_time(one.strip() if isinstance(one, str) else pd.Timestamp(one), "answer")
    except NsgkitError as error:
        raise refused(A_TIME, given) from error
    return f"{time:%Y-%m-%d %H:%M:%S}"


def values(given: Any, needs: str) -> list[Any]:
    """Return the values of a list, a set, a column, or a text with commas; one value is a list of one.

    >>> values("2, 5", "rows"), values({7}, "rows"), values("none", "rows")
    (['2', '5'], [7], [])
    """
    if isinstance(given, pd.DataFrame):
        raise refused(needs, given, ": give a column of it, or its index")
    if isinstance(given, str) and given.strip().casefold() == "none":
        return []
    if isinstance(given, str):
        return [part.strip() for part in given.split(",") if part.strip()]
    if not isinstance(given, _SEVERAL):
        return [single(given)]
    if len(given) > _MOST:
        raise refused(needs, given)
    return [single(each) for each in given]


def said(given: object) -> str:
    """Say what was given, looking at no more than its kind and size.

    >>> said([1, 2]), said("x" * 50), said(12)
    ('2 values', "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'", '12')
    """
    if isinstance(given, pd.DataFrame):
        return f"a table of {_counted(len(given), 'row')}"
    if isinstance(given, str):
        return repr(given if len(given) <= _LONGEST else f"{given[:_LONGEST]}…")
    if isinstance(given, Sized) and not isinstance(given, bytes):
        return _counted(len(given), "value")
    if isinstance(given, datetime):
        return str(given)
    plain = type(given) in (int, float, bool)
    return repr(given) if plain else f"something of the type {visible(type(given).__name__[:_LONGEST])}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
