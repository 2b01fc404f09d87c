"""Wheel, double click and keys on the picture over time, and the span that they lead to."""

from collections.abc import Callable
from pathlib import Path

import anywidget

from nsgkit.explore.workbench.selectable import Span, milliseconds, whole_bins
from nsgkit.explore.workbench.turns import in_turn


class Gestures(anywidget.AnyWidget):
    """What is done with the box around it: `answer` is told the kind, where (0 to 1 of the axis), how much.

    Kinds: "zoom" (`much` times as long), "move" (by `much` of the length), "whole". The box has to have the
    class nsgkit-gestures.
    """

    _esm = Path(__file__).with_name("gestures.js")

    def __init__(self, answer: Callable[[str, float, float], None]) -> None:
        super().__init__(layout={"display": "none"})
        answer = in_turn(answer)
        self.on_msg(lambda _widget, said, _buffers: answer(said["kind"], said["place"], said["much"]))


def looked_at(span: Span, whole: Span, width: int, said: tuple[str, float, float]) -> Span:
    """Return the span that a gesture leads to: of whole bins (`width` milliseconds), within the whole.

    >>> import pandas as pd
    >>> day = (pd.Timestamp("2024-12-18", tz="UTC"), pd.Timestamp("2024-12-19", tz="UTC"))
    >>> [f"{time:%H:%M}" for time in looked_at(day, day, 900_000, ("zoom", 0.25, 0.5))]
    ['03:00', '15:00']
    """
    kind, place, much = said
    start, length = span[0], span[1] - span[0]
    if kind == "whole":
        return whole
    if kind == "move":
        start += length * much
        # At an end of the whole it stays as long as it is.
        start = min(max(start, whole[0]), whole[1] - length)
    else:
        start, length = start + length * place * (1 - much), length * much
    ends = whole_bins(milliseconds((start, start + length)), width)
    return max(ends[0], whole[0]), min(ends[1], whole[1])
