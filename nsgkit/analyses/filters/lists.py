"""A term of a filter that means values to the letter, such as the addresses that a table found."""

from collections.abc import Iterable

import pandas as pd

from nsgkit.analyses.filters.grammar import parse, quoted
from nsgkit.analyses.filters.words import FIELDS
from nsgkit.errors import NsgkitError, shown

_NOTHING = 'ip:=""'  # no address is an empty text


def term(field: str, values: Iterable[object]) -> str:
    r"""Return the term of a filter that keeps what has one of these values in a field.

    Where there are no values, it keeps nothing: so what follows from a step that found nobody is empty too. A
    missing value is what was not logged.

    Parameters
    ----------
    field : str
        A field of filters, such as "src", "ip", "dst_port" or "rule"; see `nsgkit.query`.
    values : iterable of str or number
        The values, as a table's column has them; each counts once.

    Returns
    -------
    str
        A filter, to stand beside other terms.

    Raises
    ------
    NsgkitError
        Where there is no such field, or it takes no such value.

    Examples
    --------
    >>> print(term("src", ["192.0.2.7", "10.0.0.0/8"]), term("rule", ["Web*"]), term("src", []))
    src:192.0.2.7,10.0.0.0/8 rule:="Web*" ip:=""

    Source: own.
    """
    if field not in FIELDS:
        raise NsgkitError(f"There is no field {shown(field)} in filters. There are {', '.join(FIELDS)}.")
    held = list(dict.fromkeys(values))
    known = [quoted(value, field) for value in held if not pd.isna(value)]  # type: ignore[call-overload]
    plain = [text for text in known if not text.startswith("=")]
    exact = [text.removeprefix("=") for text in known if text.startswith("=")]
    parts = [f"{field}:{','.join(plain)}"] if plain else []
    parts += [f"{field}:={','.join(exact)}"] if exact else []
    parts += [f'{field}:""'] if len(known) < len(held) else []
    text = f"({' or '.join(parts)})" if len(parts) > 1 else (*parts, _NOTHING)[0]
    parse(text)
    return text
