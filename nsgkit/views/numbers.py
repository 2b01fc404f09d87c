"""Numbers on pictures: on axes, at the ends of bars, in legends; and shades that say how much.

A shade is a colour that is drawn more or less opaque. So the most stands out most from the page: it is the
darkest on a light page, and the brightest on a dark one.
"""

import json
from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from nsgkit.palette import ALLOWED, DENIED, SERIES, UNKNOWN
from nsgkit.schema import cut_apart

COLOURS = {"connections": ALLOWED, "denied": DENIED, "unknown": UNKNOWN}
LEAST = 2  # pixels of what is not zero
PALEST = 0.15
_LETTERS = 26  # of a name in a legend: its number must not be cut
_WHOLE = 100_000  # from here on a number is written short

# An axis' own format writes 200 as 0.2k where its highest tick is 1,000.
_TICK = "abs(datum.value) < 1000 ? format(datum.value, '~r') : format(datum.value, '~s')"

_WHOLE_TICK = f"datum.value % 1 ? '' : {_TICK}"  # tickMinStep lets halves between 0 and 2 pass


def number_axis(*, whole: bool = True) -> alt.Axis:
    """Return an axis of numbers: 200, 1.5k, 3G; `whole` where there is nothing between 0 and 1.

    >>> number_axis().to_dict()["tickMinStep"]
    1
    """
    return alt.Axis(labelExpr=_WHOLE_TICK, tickMinStep=1) if whole else alt.Axis(labelExpr=_TICK)


def counted(number: float, one: str, several: str = "") -> str:
    """Return a number with its word.

    >>> counted(1, "place"), counted(1_200, "address", "addresses")
    ('1 place', '1,200 addresses')
    """
    return f"{int(number):,} {one if number == 1 else several or one + 's'}"


def short_number(value: float) -> str:
    """Return a number as it stands at the end of a bar.

    >>> short_number(6_145), short_number(0.25), short_number(18_707_253_973), short_number(-1_500_000)
    ('6,145', '0.25', '18.7G', '-1.50M')
    """
    if abs(value) < _WHOLE:
        return f"{int(value):,}" if value == int(value) else f"{value:,.3g}"
    for size, letter in ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            scaled = value / size
            return f"{scaled:.{2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0}f}{letter}"
    raise AssertionError(value)


def at_least_seen(values: "pd.Series[float]", longest: float, pixels: float) -> "pd.Series[float]":
    """Return lengths to draw: what is not zero has two pixels of the `pixels` that the longest has.

    >>> at_least_seen(pd.Series([0, 1, 1_000]), 1_000, 100).tolist()
    [0.0, 20.0, 1000.0]
    """
    lengths = values.astype("float64")
    least = longest * LEAST / pixels
    small = (lengths != 0) & (lengths.abs() < least)
    return lengths.mask(small & (lengths > 0), least).mask(small & (lengths < 0), -least)


def numbered(legend: Mapping[Any, float]) -> alt.Legend:
    """Return a legend that has each name's number behind it; a long name is cut in its middle.

    >>> numbered({"allowed": 1234}).to_dict()["labelExpr"]
    '({"allowed": "allowed  1,234"})[datum.label]'
    """
    short = cut_apart(legend, _LETTERS)
    told = {name: f"{short[name]}  {short_number(value)}" for name, value in legend.items()}
    return alt.Legend(labelExpr=f"({json.dumps(told)})[datum.label]")


def shade(measure: str, title: str, *, tens: float = 0) -> alt.Color:
    """Shade from pale to full; with `tens`, the largest value, by powers of ten up to it.

    >>> shade("bytes", "bytes").to_dict()["scale"]["range"]
    ['rgba(105, 87, 232, 0.15)', 'rgba(105, 87, 232, 1)']
    """
    colour = COLOURS.get(measure, SERIES[0])
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    ends = [f"rgba({red}, {green}, {blue}, {opacity})" for opacity in (PALEST, 1)]
    if not tens:
        # The legend ends at the largest value itself: 1,457 is 1.46k there.
        legend = alt.Legend(labelExpr=_WHOLE_TICK.replace("~s", ".3~s"), gradientLength=180, tickMinStep=1)
        return alt.Color(f"{measure}:Q", title=title, legend=legend, scale=alt.Scale(range=ends, domainMin=0))
    steps = [10**n for n in range(len(str(int(tens))))]
    legend = alt.Legend(labelExpr=_TICK, gradientLength=260, values=steps[-6:])
    scale = alt.Scale(type="log", range=ends, domain=[1, max(10, tens)])
    return alt.Color(f"{measure}:Q", title=title, scale=scale, legend=legend)
