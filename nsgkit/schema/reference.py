"""What a reader looks up: the data dictionary, and what each code in a tuple means."""

import pandas as pd

from nsgkit.schema.columns import Column, Table
from nsgkit.schema.tables import ENCRYPTION, FLOWS, IANA_PROTOCOLS, column

_FORMATS = {"NSG v1": "nsg_v1", "NSG v2": "nsg_v2", "VNet v4": "vnet_v4"}
_LETTERS = ("T", "U")  # the only protocols of NSG flow logs
_DENIED_STATE = {"D": "denied, and no state"}


def dictionary(table: Table = FLOWS) -> pd.DataFrame:
    """Return the data dictionary: one row per column, with its place (from 1) in each format.

    >>> places = dictionary().set_index("column")
    >>> places.loc["dst_port", "NSG v2"], places.loc["decision", "VNet v4"]
    ('5', '8, from the state')
    """
    return pd.DataFrame(
        {
            "column": [c.name for c in table],
            "type": [c.dtype for c in table],
            "unit": [c.unit for c in table],
            "can be null": ["yes" if c.nullable else "" for c in table],
            **{name: [_place(c, form) for c in table] for name, form in _FORMATS.items()},
            "meaning": [c.meaning for c in table],
        }
    )


def codes() -> pd.DataFrame:
    """Return what each code in a tuple means: column, family (NSG or VNet), code, meaning.

    Of protocols, VNet flow logs know every IANA number: here are those that have a name in the flow table.

    >>> table = codes().set_index(["column", "family", "code"])["meaning"]
    >>> table["state", "VNet", "D"], table["protocol", "NSG", "U"]
    ('denied, and no state', 'UDP')
    """
    states = column("state").codes
    decisions = {code or "anything else": value for code, value in column("decision").codes.items()}
    letters = {code: column("protocol").codes[code] for code in _LETTERS}
    told = {
        ("protocol", "NSG"): letters,
        ("protocol", "VNet"): IANA_PROTOCOLS,
        ("direction", "NSG"): column("direction").codes,
        ("direction", "VNet"): column("direction").codes,
        ("decision", "NSG"): decisions,
        ("state", "NSG"): states,
        ("state", "VNet"): {**states, **_DENIED_STATE},
        ("encryption", "VNet"): ENCRYPTION,
    }
    rows = [(*where, code, meaning) for where, known in told.items() for code, meaning in known.items()]
    return pd.DataFrame(rows, columns=["column", "family", "code", "meaning"])


def _place(col: Column, form: str) -> str:
    """Return where a format has the column: a place from 1, and whose field that is."""
    place = getattr(col, form)
    if place is None:
        return ""
    shared = col.taken_from and getattr(column(col.taken_from), form) == place
    return f"{place + 1}, from the {col.taken_from}" if shared else str(place + 1)
