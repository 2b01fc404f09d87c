"""Tables that an engine holds: what is said beside them, what was found of them, and whose turn it is.

A relation of DuckDB has no attrs, as a table of pandas has: so they are kept here, as long as it lives.
"""

import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

# DuckDB refuses a call on a connection that is busy with another, and to plan a step is a call too. A store
# has one connection, and JupyterLab calls handlers in several threads: so they take turns.
TURN = threading.RLock()
_Found = TypeVar("_Found")
_ATTRS: "WeakKeyDictionary[Any, Mapping[str, Any]]" = WeakKeyDictionary()
_FOUND: "WeakKeyDictionary[Any, dict[object, Any]]" = WeakKeyDictionary()


def attrs_of(table: Any) -> Mapping[str, Any]:
    """Return what is said beside a table: its attrs in pandas, and what was kept of an engine's.

    >>> attrs_of(None)
    {}
    """
    if hasattr(table, "attrs"):
        attrs: Mapping[str, Any] = table.attrs
        return attrs
    return _ATTRS.get(table, {}) if _may_be_kept(table) else {}


def with_attrs(table: Any, attrs: Mapping[str, Any]) -> Any:
    """Return the same rows of an engine, a table of their own, with `attrs` beside it."""
    with TURN:
        held = table.select("*")
    _ATTRS[held] = attrs
    if table in _FOUND:
        _FOUND[held] = _FOUND[table]  # the rows are the same, and so is what is found of them
    return held


def made_from(made: Any, table: Any) -> Any:
    """Return what an engine has just made of `table`: the same is said beside it, and its rows stay too."""
    if attrs := attrs_of(table):
        _ATTRS[made] = attrs
    if _may_be_kept(table) and table in _FOUND:
        settle(made)
    return made


def settle(table: Any) -> None:
    """State that an engine's table never changes, as a store's: what is found of it is found once."""
    _FOUND[table] = {}


def found_once(table: Any, what: object, find: Callable[[], _Found]) -> _Found:
    """Return what `find` finds of a table; of one that never changes, it is found once.

    >>> found_once(None, "rows", lambda: 3)
    3
    """
    kept = _FOUND.get(table) if _may_be_kept(table) else None
    if kept is None:
        return find()
    if what not in kept:
        kept[what] = find()
    found: _Found = kept[what]
    return found


def _may_be_kept(table: Any) -> bool:
    """Whether it can be a key that is not kept alive, as an engine's can; a table of pandas has no hash."""
    return isinstance(table, Hashable) and type(table).__weakrefoffset__ > 0
