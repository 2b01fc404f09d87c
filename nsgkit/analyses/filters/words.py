"""The words of the filter language: fields, what their values are, and a term and a group of terms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TypeAlias

from nsgkit import schema
from nsgkit.errors import NsgkitError

ADDRESS, NUMBER, NAME, TIME = "an address or prefix", "a number", "a name", "a time"
AMOUNT, ANSWER = "an amount", "yes, no or unknown"
# Field -> the columns that it asks, and what its values are.
FIELDS: dict[str, tuple[tuple[str, ...], str]] = {
    "src": (("src_ip",), ADDRESS),
    "dst": (("dst_ip",), ADDRESS),
    "ip": (("src_ip", "dst_ip"), ADDRESS),
    "src_port": (("src_port",), NUMBER),
    "dst_port": (("dst_port",), NUMBER),
    "port": (("src_port", "dst_port"), NUMBER),
    "version": (("version",), NUMBER),
    "protocol": (("protocol",), NAME),
    "direction": (("direction",), NAME),
    "decision": (("decision",), NAME),
    "state": (("state",), NAME),
    "encryption": (("encryption",), NAME),
    "rule": (("rule",), NAME),
    "nsg": (("acl",), NAME),
    "nic": (("mac",), NAME),
    "flow_log": (("flow_log",), NAME),
    "bytes": (("bytes_src_to_dst", "bytes_dst_to_src"), AMOUNT),
    "packets": (("packets_src_to_dst", "packets_dst_to_src"), AMOUNT),
    **{name: ((name,), AMOUNT) for name in (*schema.COUNTERS, "rows", "duration")},
    "answered": (("answered",), ANSWER),
    "folded": (("folded",), ANSWER),
    "from": ((), TIME),
    "until": ((), TIME),
}
# A column's own name does as well.
ALIASES = {
    **{c.name: c.filter_word for c in schema.FLOWS if c.filter_word},
    "address": "ip",
    "proto": "protocol",
}
# Names that come from the logs and can hold anything: what was picked among them is meant to the letter.
FREE_TEXTS = ("rule", "nsg", "nic", "flow_log")
# Words that need no field: closed values, and protocols by their names.
WORDS = {v: name for name in ("direction", "decision") for v in schema.column(name).values} | {
    v.lower(): "protocol" for v in schema.column("protocol").codes.values()
}
# Words that say a field and its value.
SAYINGS = {"answered": ("answered", "yes"), "unanswered": ("answered", "no"), "folded": ("folded", "yes")}
RELATIONS = (">", ">=", "<", "<=")


@dataclass(frozen=True)
class Term:
    """One term of a filter, `text[start:end]`: what it asks of a field; alike wherever it stands.

    `relation` is `:` or one of > >= < <=. An `exact` term means its values to the letter.
    """

    field: str
    values: tuple[str, ...]
    negated: bool
    start: int = dataclass_field(compare=False)
    end: int = dataclass_field(compare=False)
    relation: str = ":"
    exact: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are asked; none for from and until."""
        return FIELDS[self.field][0]

    @property
    def kind(self) -> str:
        """What a value of this field is, such as a number, or a name."""
        return FIELDS[self.field][1]

    @property
    def has_texts(self) -> bool:
        """Whether the field's columns hold texts."""
        return self.kind in (ADDRESS, NAME)


@dataclass(frozen=True)
class Group:
    """Parts of a filter that belong together: one of them must hold where `either`, else all."""

    parts: "tuple[Part, ...]"
    either: bool
    negated: bool
    start: int = dataclass_field(compare=False)
    end: int = dataclass_field(compare=False)


Part: TypeAlias = Term | Group


def terms_in(parts: Iterable[Part]) -> Iterator[Term]:
    """Yield every term of the parts, at whatever depth."""
    for part in parts:
        if isinstance(part, Term):
            yield part
        else:
            yield from terms_in(part.parts)


def term_error(term: Term, problem: str, what_to_do: str) -> NsgkitError:
    """Return the error of a term: what is wrong, where, and what to write."""
    return NsgkitError(f"{term.field}: {problem} (character {term.start + 1} of the filter). {what_to_do}")
