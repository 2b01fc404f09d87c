"""What a world's company, its machines and their addresses are called.

Scenes and truth know the company by the words of network.py, in every world; what is written is put into the
world's own words at the very end. Each is as long as the one it stands for wherever a record has it, so that
a record's bytes are as many as were counted.
"""

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from random import Random
from typing import NamedTuple

from nsgkit.sample.randomness import integer, pick, shuffled

_COMPANIES = (
    ("Elm Street Games", "elmstreet"), ("Old Wharf Foods", "wharffood"), ("North Quay Tools", "northquay"),
    ("Hill House Shoes", "hillhouse"), ("Red Barn Bicycles", "redbarnco"), ("Low Tide Teas", "lowtideco"),
    ("Mill Brook Music", "millbrook"), ("Fern Dale Garden", "ferndales"), ("Bell Tower Toys", "belltower"),
)  # fmt: skip
_MACHINES = {
    "WEB": ("FRONT", "WWW"),
    "JUMP": ("BASTION", "GATE"),
    "DB": ("SQL", "STORE"),
    "FILES": ("SHARE", "VAULT"),
    "WS": ("PC", "DESK"),
}
_MAC_GROUPS = ("000D3AB1A1", "000D3AB1A2", "000D3AB178", "0022489C31", "6045BD8E23")
_OUI = 6
_GUID = re.compile(
    r"(?<![0-9a-fA-F-])(?!0{8}-)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F])"
)
# What stands before and after a word where it is one; 10.0.0.0/8 is everybody's. The words stand first in the
# patterns, since a search for letters is fast.
_FORMS = {
    "address": r"{0}(?<![\d.]{0})(?=[\da-f:])(?!0\.0/8)",
    "machine": r"{0}(?<![\w:]{0})(?=\d+\b)",
    "word": "{0}",
}


class Naming(NamedTuple):
    """Pairs of the sample's word and the world's, by the form that it is found in; `key` makes GUIDs."""

    words: tuple[tuple[str, str, str], ...] = ()
    key: str = ""

    def said(self, text: str) -> str:
        """Return a text of the sample in the world's own words.

        >>> Naming((("address", "10.20.", "10.47."),)).said("10.20.0.4, 110.20.0.4")
        '10.47.0.4, 110.20.0.4'
        """
        if not self.words:
            return text
        named = _translation(self.words)(text)
        return _GUID.sub(lambda found: _guid(self.key, found[0]), named) if self.key else named

    def meant(self, text: str) -> str:
        """Return the sample's words for the world's own, but for GUIDs."""
        return _translation(tuple((form, new, old) for form, old, new in self.words))(text)


ITS_OWN = Naming()  # of the sample that the kit comes with


@cache
def _translation(words: tuple[tuple[str, str, str], ...]) -> Callable[[str], str]:
    """Return what puts one word after the other; none of the new ones is one of the old."""
    patterns = [
        (re.compile(_FORMS[form].format(re.escape(old))), new) for form, old, new in words if old != new
    ]

    def translated(text: str) -> str:
        for pattern, new in patterns:
            text = pattern.sub(new, text)
        return text

    return translated


def _guid(key: str, guid: str) -> str:
    """Return another GUID for one, in the same case."""
    made = sha256(f"{key} {guid.upper()}".encode()).hexdigest()
    other = "-".join((made[:8], made[8:12], made[12:16], made[16:20], made[20:32]))
    return other.upper() if guid == guid.upper() else other


def drawn_naming(rng: Random) -> Naming:
    """Return other words.

    >>> drawn_naming(Random(1)).said("10.30.1.4") == "10.30.1.4"
    False
    """
    company, group = pick(rng, _COMPANIES)
    words = [
        ("word", "Marsh Lane Books", company), ("word", "marshlane", group),
        ("word", "MARSHLANE", group.upper()),
    ]  # fmt: skip
    first, second = shuffled(rng, [n for n in range(11, 100) if n not in (20, 30)])[:2]
    words += [
        ("address", "10.20.", f"10.{first}."), ("address", "10.30.", f"10.{second}."),
        ("address", "10.0.", f"10.{integer(rng, 1, 9)}."),
        ("address", "192.168.40.", f"192.168.{integer(rng, 41, 99)}."),
        ("address", "2001:db8:30:", f"2001:db8:{integer(rng, 0x31, 0x7F):x}:"),
    ]  # fmt: skip
    for old, others in _MACHINES.items():
        new = pick(rng, (old, *others))
        words += [("machine", old, new), ("machine", old.lower(), new.lower())]
    own = {int(old[_OUI:], 16) for old in _MAC_GROUPS}
    groups = shuffled(rng, [n for n in range(0x1000, 0xF000, 7) if n not in own])[: len(_MAC_GROUPS)]
    for old, number in zip(_MAC_GROUPS, groups, strict=True):
        new = f"{old[:_OUI]}{number:04X}"
        words += [("word", old, new), ("word", _dashed(old), _dashed(new))]
    return Naming(tuple(words), f"{rng.random()}")


def _dashed(mac: str) -> str:
    return "-".join(mac[i : i + 2] for i in range(0, len(mac), 2))
