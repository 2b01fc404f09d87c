"""Every error that nsgkit raises on purpose.

A message says what is wrong, where (path, blob, record, tuple), and what to do next.
"""

import sys
from collections.abc import Callable
from datetime import date
from functools import update_wrapper
from traceback import clear_frames
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast

from nsgkit.html import visible

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST = 40  # characters that a message repeats


class NsgkitError(Exception):
    """The parent of all errors raised by nsgkit: catch this one to catch them all.

    A notebook shows it as one sentence. `%xmode Verbose` brings the whole traceback back; `%debug` works too.
    """

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows: its hook. Control characters are spelled out."""
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        shows: Any = getattr(shell, "InteractiveTB", None)
        if getattr(shows, "mode", None) == "Verbose":
            return list(shows.structured_traceback(type(self), self, self.__traceback__, tb_offset=1))
        return [f"{type(self).__name__}: {visible(self)}"]


class NoLogsError(NsgkitError):
    """There is nothing to read: no flow-log blob at the path, or none in the span asked for."""


class EvidenceChangedError(NsgkitError):
    """A file is no longer what it was when it was read: its SHA-256 differs."""


class MissingColumnError(NsgkitError):
    """A table lacks a column that the question needs; the message names what adds it."""


def shown(given: object) -> str:
    """Return what was given for an argument as a message repeats it: short, on one line.

    >>> shown("yesterday"), shown(20241219)
    ("'yesterday'", 'int')
    """
    if isinstance(given, str | bytes):
        return repr(given[:_LONGEST]) + ("…" if len(given) > _LONGEST else "")
    if given is None or isinstance(given, date | float):  # a date also as pandas' NaT
        return str(given)
    return type(given).__name__


def hides_locals(function: Callable[P, T]) -> Callable[P, T]:
    """Let no error leave the function with the values that its frames had, for one may be a secret.

    A traceback that shows variables, such as IPython's after `%xmode Verbose`, would print them. Where an
    error is one of ours, the ones behind it go too: their texts and their requests carry secrets.

    >>> @hides_locals
    ... def refuse(sas):
    ...     raise NsgkitError("refused")
    >>> try:
    ...     refuse("sv=1&sig=x")
    ... except NsgkitError as error:
    ...     frames = [error.__traceback__.tb_next, error.__traceback__.tb_next.tb_next]
    >>> ["sig=x" in str(frame.tb_frame.f_locals) for frame in frames]
    [False, False]
    """
    forget = _forget

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # raised again below, where it drags nothing along
            fault = error
        del args, kwargs
        forget(fault)
        raise fault

    # doctest finds a function's example only in the module whose globals the function has.
    made = FunctionType(call.__code__, function.__globals__, closure=call.__closure__)
    return cast("Callable[P, T]", update_wrapper(made, function))


def _forget(fault: BaseException) -> None:
    behind, known = [fault], set()
    while behind:
        error = behind.pop()
        known.add(id(error))
        clear_frames(error.__traceback__)
        chain = (error.__cause__, error.__context__, *getattr(error, "exceptions", ()))
        behind += [other for other in chain if other is not None and id(other) not in known]
    if isinstance(fault, NsgkitError):
        fault.__cause__ = fault.__context__ = None
