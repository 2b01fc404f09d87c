"""From the text of a filter to its tree: words, signs and parentheses; what a value may be is told elsewhere.

either := all ("or" all)*        all := part part*        part := "not"* (term | "(" either ")")
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from nsgkit.analyses.filters.values import address
from nsgkit.analyses.filters.words import ALIASES, FIELDS, RELATIONS, SAYINGS, WORDS, Group, Part, Term
from nsgkit.errors import NsgkitError
from nsgkit.schema.ports import SERVICES

_DEEPEST = 30  # parentheses in parentheses
_SIGN = re.compile(r"[()]|-(?=\()|(?:or|not)(?![^\s()])", re.IGNORECASE)
# As other languages write it -> what to write here.
_ELSEWHERE = re.compile(r"&&?|\|\|?|!|==|and(?![^\s()])", re.IGNORECASE)
_INSTEAD = {
    "&": "Write a space: terms side by side must all hold, as in tcp denied.",
    "a": "Write a space: terms side by side must all hold, as in tcp denied.",
    "|": "Write or, as in dst_port:22 or dst_port:3389; or commas: dst_port:22,3389.",
    "!": "Write not or a minus, as in not denied or -rule:Web.",
    "=": "Write a colon, as in dst_port:22.",
}
HEAD = re.compile(r"(?P<minus>-?)(?:(?P<field>[A-Za-z_]+)(?P<relation>:=|==|!=|>=|<=|=>|=<|[<>:=]))?")
ITEM = re.compile(r'"(?P<quoted>[^"]*)"|(?P<bare>[^\s",()]*)')
EXACT_ITEM = re.compile(r'"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<bare>[^\s",()]*)', re.DOTALL)
_ADDRESSES = re.compile(r'-?(?P<word>[^\s"()]+)(?![^\s()])')
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class _Token:
    """A sign (a parenthesis, or, not) or a term, and where it stands."""

    sign: str
    start: int
    end: int
    term: Term | None = None


def read(text: str) -> tuple[Part, ...]:
    """Return the parts of a filter that must all hold; their values are not looked at.

    >>> [part.either for part in read("(denied or unknown) (inbound or tcp)")]
    [True, True]
    """
    tokens = [*_tokens(text), _Token("end", len(text), len(text))]
    if len(tokens) == 1:
        return ()
    whole, place = _either(tokens, 0, 0)
    if tokens[place].sign == ")":
        raise _error("A parenthesis is closed that was never opened", tokens[place].start, "Take it away.")
    return whole.parts if isinstance(whole, Group) and not (whole.either or whole.negated) else (whole,)


def _either(tokens: list[_Token], place: int, depth: int) -> tuple[Part, int]:
    """Read alternatives from a place on; return them and the place behind."""
    start, found = place, list[Part]()
    while True:
        part, place = _all(tokens, place, depth)
        found.append(part)
        if tokens[place].sign != "or":
            break
        place += 1
    return _grouped(found, tokens[start].start, tokens[place - 1].end, either=True), place


def _all(tokens: list[_Token], place: int, depth: int) -> tuple[Part, int]:
    start, found = place, list[Part]()
    while tokens[place].sign not in ("or", ")", "end"):
        part, place = _part(tokens, place, depth)
        found += part.parts if isinstance(part, Group) and not (part.either or part.negated) else [part]
    if not found:
        raise _nothing_here(tokens, place)
    return _grouped(found, tokens[start].start, tokens[place - 1].end, either=False), place


def _part(tokens: list[_Token], place: int, depth: int) -> tuple[Part, int]:
    first, negated = tokens[place], False
    while tokens[place].sign == "not":
        negated, place = not negated, place + 1
    found = tokens[place]
    if found.term:
        turned = found.term.negated != negated
        return replace(found.term, negated=turned, start=first.start), place + 1
    if found.sign != "(":
        raise _nothing_here(tokens, place)
    inner, place = _in_parentheses(tokens, place, depth + 1)
    return replace(
        inner, negated=inner.negated != negated, start=first.start, end=tokens[place - 1].end
    ), place


def _in_parentheses(tokens: list[_Token], place: int, depth: int) -> tuple[Part, int]:
    opened = tokens[place]
    if depth > _DEEPEST:
        raise _error("The parentheses are too deep", opened.start, f"Write at most {_DEEPEST} in each other.")
    inner, place = _either(tokens, place + 1, depth)
    if tokens[place].sign != ")":
        raise _error("The parenthesis is not closed", opened.start, "Write ) behind its last term.")
    return inner, place + 1


def _nothing_here(tokens: list[_Token], place: int) -> NsgkitError:
    """Return the error where a term should stand and none does."""
    here, before = tokens[place], tokens[place - 1] if place else None
    if before and before.sign in ("or", "not"):
        what = f'Write a term behind it, or take it away. A name needs its field: rule:"{before.sign}".'
        return _error(f"There is nothing behind {before.sign!r}", before.start, what)
    if here.sign == "or":
        what = 'Write a term before it, or take it away. A name needs its field: rule:"or".'
        return _error("There is nothing before 'or'", here.start, what)
    if here.sign == ")" and before and before.sign == "(":
        return _error("There is nothing in the parentheses", before.start, "Write a term there.")
    if here.sign == ")":
        return _error("A parenthesis is closed that was never opened", here.start, "Take it away.")
    return _error("The parenthesis is not closed", (before or here).start, "Write a term and ) there.")


def _grouped(found: list[Part], start: int, end: int, *, either: bool) -> Part:
    return found[0] if len(found) == 1 else Group(tuple(found), either, False, start, end)


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        if sign := _SIGN.match(text, place):
            word = "not" if sign[0] == "-" else sign[0].lower()
            token = _Token(word, place, sign.end())
        elif other := _ELSEWHERE.match(text, place):
            what = _INSTEAD[other[0][0].lower()]
            raise _error(f"The filter cannot be read from {other[0]!r} on", place, what)
        else:
            term = _term(text, place)
            token = _Token("term", place, term.end, term)
        yield token
        place = token.end


def _term(text: str, start: int) -> Term:
    if (found := _ADDRESSES.match(text, start)) and all(address(w) for w in found["word"].split(",")):
        # An IPv6 address has colons of its own: its first group is no field.
        values = tuple(found["word"].split(","))
        return Term("ip", values, found[0].startswith("-"), start, found.end())
    head = HEAD.match(text, start)
    if head is None or head["field"] is None:
        return _term_of_word(text, start, head.end() if head else start)
    field, relation = _field(head["field"], head.start("field")), head["relation"]
    if relation in ("==", "!="):
        instead = {"==": f"{field}:value", "!=": f"-{field}:value"}[relation]
        raise _error(f"The filter knows no {relation!r}", head.start("relation"), f"Write {instead}.")
    relation = {"=": ":", "=>": ">=", "=<": "<="}.get(relation, relation)
    values, end = _values(text, head.end(), field, exact=relation == ":=")
    known = relation if relation in RELATIONS else ":"
    return Term(field, values, bool(head["minus"]), start, end, known, relation == ":=")


def _field(word: str, place: int) -> str:
    name = ALIASES.get(word.lower(), word.lower())
    if name in FIELDS:
        return name
    near = get_close_matches(name, FIELDS, 1)
    hint = f"Did you mean {near[0]}:? " if near else ""
    raise _error(f"The filter has no field {word!r}", place, f"{hint}Fields are {', '.join(FIELDS)}.")


def _values(text: str, place: int, field: str, *, exact: bool) -> tuple[tuple[str, ...], int]:
    """Read values with commas between them; return them and where they end."""
    values: list[str] = []
    while True:
        item = (EXACT_ITEM if exact else ITEM).match(text, place)
        if item is None:
            raise _unreadable(text, place)
        quoted = item["quoted"]
        values.append(item["bare"] if quoted is None else _unescaped(quoted, place) if exact else quoted)
        place = item.end()
        if text[place : place + 1] != ",":
            break
        place += 1
    _check_end(text, place)
    if values == [""] and item["quoted"] is None:
        # Nothing stands there; a name that is empty stands in quotes.
        what = f"Write it without a space, such as {field}:value; fields are {', '.join(FIELDS)}."
        raise _error(f"{field} has no value in the filter", place - 1, what)
    return tuple(values), place


def _unescaped(text: str, place: int) -> str:
    def one(found: "re.Match[str]") -> str:
        code = found[1]
        if len(code) > 1:
            return chr(int(code[1:], 16))
        if code not in _ESCAPED:
            what = 'Write \\\\ for a backslash, \\" for a quote, \\n for a line break, or \\u200b.'
            raise _error(f"The filter knows no \\{code}", place, what)
        return _ESCAPED[code]

    return _ESCAPE.sub(one, text)


def _term_of_word(text: str, start: int, place: int) -> Term:
    values, end = [], place
    while (item := ITEM.match(text, end)) and item["bare"]:
        values.append(item["bare"])
        end = item.end()
        if text[end : end + 1] != ",":
            break
        end += 1
    if not values:
        raise _unreadable(text, start)
    _check_end(text, end)
    field, said = _meant(values, text[place:end], start)
    return Term(field, said, text[start] == "-", start, end)


def _meant(values: list[str], word: str, start: int) -> tuple[str, tuple[str, ...]]:
    """Return the field that a word without one means, and the values."""
    low = [value.lower() for value in values]
    if len(low) == 1 and low[0] in SAYINGS:
        field, value = SAYINGS[low[0]]
        return field, (value,)
    fields = {WORDS.get(w) or ("ip" if address(w) else "dst_port" if w in SERVICES else "") for w in low}
    if len(fields) == 1 and (field := fields.pop()):
        return field, tuple(values)
    if low[0] in ("inside", "outside"):
        what = f"Write at which end: src:{low[0]}, dst:{low[0]}, or ip:{low[0]} for either."
        raise _error(f"The filter does not say what is {low[0]}", start, what)
    example = f"dst_port:{word}" if word.isdigit() else f"rule:{word}"
    if ALIASES.get(low[0], low[0]) in FIELDS:
        example = f"{low[0]}:… without a space"
    what = f"Write field:value, such as {example}; fields are {', '.join(FIELDS)}."
    raise _error(f"The filter does not say what {word!r} is", start, what)


def _check_end(text: str, place: int) -> None:
    """Raise where a value goes on with what no value holds."""
    here = text[place : place + 1]
    if here == "(":
        what = 'A name with parentheses stands in quotes, such as rule:"Allow (web)".'
        raise _error("A parenthesis stands inside a word", place, what)
    if here and here != ")" and not here.isspace():
        raise _unreadable(text, place)


def _unreadable(text: str, place: int) -> NsgkitError:
    what = 'Write field:value, and close every double quote, such as rule:"Allow web".'
    return _error(f"The filter cannot be read from {text[place : place + 40]!r} on", place, what)


def _error(problem: str, place: int, what_to_do: str) -> NsgkitError:
    return NsgkitError(f"{problem} (character {place + 1} of the filter). {what_to_do}")
