"""The shape of a line on a map: a gentle arc the short way round, never a stroke across the map."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

Point = tuple[float, float]  # latitude and longitude, in degrees

_STEPS = 24
_BEND = 0.16  # of a line's length
_POLE = 84.0


def arc(one: Point, other: Point) -> list[list[Point]]:
    """Return an arc from one point to another; in two pieces where it crosses the antimeridian.

    >>> way, = arc((0, 0), (0, 40))
    >>> way[0], way[12], way[-1]
    ((0.0, 0.0), (3.2, 20.0), (0.0, 40.0))
    >>> [[piece[0], piece[-1]] for piece in arc((0, 170), (0, -170))]
    [[(0.0, 170.0), (1.6, 180.0)], [(1.6, -180.0), (0.0, -170.0)]]
    """
    (lat, lon), east = one, (other[1] - one[1] + 180) % 360 - 180
    north = other[0] - lat
    way = []
    for step in range(_STEPS + 1):
        share = step / _STEPS
        bend = 2 * share * (1 - share) * _BEND * math.copysign(1, east)
        there = lat + north * share + bend * east, lon + east * share - bend * north
        way.append((round(min(there[0], _POLE), 2), round(there[1], 2)))
    return [*_pieces(way)]


def _pieces(way: Sequence[Point]) -> Iterator[list[Point]]:
    """Yield the parts of a way within the map; it leaves the map on one side and comes back on the other."""
    piece, shift = [way[0]], 0
    for (lat, lon), (next_lat, next_lon) in pairwise(way):
        edge = math.copysign(180.0, next_lon)
        if abs(next_lon) > 180 and not shift:
            crossing = round(lat + (next_lat - lat) * (edge - lon) / (next_lon - lon), 2)
            yield [*piece, (crossing, edge)]
            piece, shift = [(crossing, -edge)], -360 if edge > 0 else 360
        piece.append((next_lat, round(next_lon + shift, 2)))
    yield piece
