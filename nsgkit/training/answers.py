"""The kinds of answers: what a learner may give for each, and when two answers are the same.

A wrong kind is not a wrong answer: it is told what is needed, and nothing is counted. *Unknown* is an answer
everywhere, as `None`, as a missing value, or as the word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nsgkit.training import given as giving
from nsgkit.training.given import UNKNOWN, WrongKindError, is_unknown, refused, single, values, whole

_MOST_REPEATED = 2  # answers of the same kind whose needs are said one by one


@dataclass(frozen=True)
class Kind:
    """A kind of answer.

    `needs` says what to give; `read` makes of what was given an answer that can be compared and stored, or
    raises WrongKindError; `same` says whether two answers are the same. `options` are the words to choose
    from, and `parts` the kinds of an answer that is made of several.
    """

    name: str
    needs: str
    read: Callable[[Any], Any]
    same: Callable[[Any, Any], bool] = lambda one, other: bool(one == other)
    options: tuple[str, ...] = ()
    parts: "tuple[Kind, ...]" = ()


def read(kind: Kind, given: Any) -> Any:
    """Return what was given as an answer of this kind; UNKNOWN where that was said.

    Raises WrongKindError for anything else, whatever it is: a stranger's object may raise when looked at.

    >>> read(WHOLE, "97,000"), read(WHOLE, pd.Series([12])), read(WHOLE, None)
    (97000, 12, 'unknown')
    """
    try:
        return UNKNOWN if is_unknown(given) else kind.read(given)
    except WrongKindError:
        raise
    except Exception as error:
        raise WrongKindError(f"I need {kind.needs}; what you gave cannot be read as that.") from error


def _addresses(given: Any) -> tuple[str, ...]:
    return tuple(sorted({giving.address(each) for each in values(given, ADDRESSES.needs)}))


def _row_numbers(given: Any) -> tuple[int, ...]:
    if isinstance(given, pd.Series) and pd.api.types.is_bool_dtype(given):
        given = given[given].index  # a mask: flows["dst_port"] == 22
    some_rows = isinstance(given, pd.Series) and not isinstance(given.index, pd.RangeIndex)
    if isinstance(given, pd.DataFrame) or some_rows:
        given = given.index
    return tuple(sorted({whole(each) for each in values(given, ROWS.needs)}))


WHOLE = Kind("whole", "one whole number, such as 12", whole)
PORT = Kind("port", "one port, such as 443", lambda given: str(whole(given)))  # shown without a comma
ADDRESS = Kind("address", giving.AN_ADDRESS, giving.address)
ADDRESSES = Kind("addresses", "addresses, such as ['10.8.0.4', '10.8.0.5']", _addresses)
MOMENT = Kind("moment", giving.A_TIME, giving.moment)
ROWS = Kind("rows", "numbers of rows, such as [2, 5], or rows of .flows", _row_numbers)


def amount(tolerance: float) -> Kind:
    """Return the kind of a number that need not be exact: `tolerance` is a share of it.

    >>> amount(.01).same(100, 100.9), amount(.01).same(100, 102)
    (True, False)
    """

    def same(one: Any, other: Any) -> bool:
        if UNKNOWN in (one, other):
            return bool(one == other)
        return bool(abs(one - other) <= tolerance * max(abs(one), abs(other)))

    return Kind("amount", giving.A_NUMBER, giving.number, same)


def choice(*options: str) -> Kind:
    """Return the kind of one of these words; letters that begin only one of them are enough.

    >>> read(choice("allowed", "denied"), "D")
    'denied'
    """
    needs = f"one of {', '.join(options)}"
    return Kind("choice", needs, lambda given: _chosen(given, options, needs), options=options)


def several(*options: str) -> Kind:
    """Return the kind of any number of these words.

    >>> read(several("T", "U", "6"), ["U", 6])
    ('6', 'U')
    """
    needs = f"some of {', '.join(options)}, such as {[*options[-2:]]}"

    def chosen(given: Any) -> tuple[str, ...]:
        if isinstance(given, str) and given.strip() in options:  # though it has a comma, or is called "none"
            given = [given]
        return tuple(sorted({_chosen(each, options, needs) for each in values(given, needs)}))

    return Kind("several", needs, chosen, options=options)


def _chosen(given: Any, options: Sequence[str], needs: str) -> str:
    one = single(given)
    if isinstance(one, bool) or not isinstance(one, str | int):
        raise refused(needs, given)
    text = str(one).strip().casefold()
    exact = [option for option in options if option.casefold() == text]
    found = exact or [option for option in options if text and option.casefold().startswith(text)]
    if len(found) != 1:
        raise refused(needs, given)
    return found[0]


def together(*kinds: Kind) -> Kind:
    """Return the kind of several answers in their order, such as a number and a word.

    >>> read(together(WHOLE, choice("exact", "at least")), (3, "at least"))
    (3, 'at least')
    """
    each_needs = [kind.needs for kind in kinds]
    alike = len(kinds) > _MOST_REPEATED and len({*each_needs}) == 1
    needs = f"each of them {each_needs[0]}" if alike else " and then ".join(each_needs)

    def each(given: Any) -> tuple[Any, ...]:
        if isinstance(given, pd.DataFrame) and len(given) == 1:
            given = given.iloc[0]
        if not isinstance(given, tuple | list | pd.Series | pd.Index | np.ndarray) or len(given) != len(
            kinds
        ):
            raise refused(f"{len(kinds)} answers, {needs}", given)
        return tuple(read(kind, part) for kind, part in zip(kinds, given, strict=True))

    def same(one: Any, other: Any) -> bool:
        if UNKNOWN in (one, other):
            return bool(one == other)
        return all(kind.same(a, b) for kind, a, b in zip(kinds, one, other, strict=True))

    return Kind("together", f"{len(kinds)} answers: {needs}", each, same, parts=kinds)


def shown(answer: Any) -> str:
    """Return an answer that was read as people write it.

    >>> shown(97000), shown((2, 5)), shown("unknown")
    ('97,000', '2, 5', 'unknown')
    >>> shown((97000, 1200)), shown(((1, 3), (2,)))
    ('97,000; 1,200', '1, 3; 2')
    """
    if isinstance(answer, tuple):
        parts = [*map(shown, answer)]
        return ("; " if any("," in part for part in parts) else ", ").join(parts) or "none"
    if isinstance(answer, int | float):
        return f"{answer:,}" if isinstance(answer, int) else f"{answer:,.6g}"
    return str(answer)
