"""RITA's score again, as slowly and plainly as it can be said: one group, fractions, no floats but a root."""

from collections import Counter
from fractions import Fraction
from math import floor, sqrt

from nsgkit.detections.rhythm.steadiness import MOST


def steadiness(times, sizes, hours):
    """Return ts, size, hist, dur and score in thousandths; None where it cannot be told."""
    apart = [b - a for a, b in zip(sorted(times), sorted(times)[1:], strict=False) if b > a]
    if len(apart) < 3 or len(times) >= MOST:
        return None
    known = [size for size in sizes if size >= 0]
    counts = [sum(t // 3600 == hour for t in times) for hour in range(hours)]
    parts = [
        stat(apart, 1),
        stat(known, 0) if len(known) >= 3 else None,
        hist(counts),
        dur(counts, max(times) - min(times)),
    ]
    told = [part for part in parts if part is not None]
    return [*parts, floor(Fraction(sum(told), len(told)) + Fraction(1, 2))]


def median(values):
    values = sorted(values)
    return Fraction(values[(len(values) - 1) // 2] + values[len(values) // 2], 2)


def stat(values, when_small):
    values = sorted(values)
    half = len(values) // 2
    q1, q2, q3 = median(values[:half]), median(values), median(values[-half:])
    lean = 0 if q3 - q1 < 10 or q2 in (q1, q3) else abs((q1 + q3 - 2 * q2) / (q3 - q1))
    near = max(0, (q2 - median([abs(v - q2) for v in values])) / q2) if q2 >= 1 else when_small
    return floor((1 - lean + near) / 2 * 1000 + Fraction(1, 2))


def hist(counts):
    mean = sum(counts) / len(counts)
    cv = sqrt(sum((n - mean) ** 2 for n in counts) / len(counts)) / mean
    flat = 0 if cv > 1 else floor((1 - cv) * 1000 + 0.5 + 1e-9)
    bars = [n for n in counts if n]
    if len(bars) < 11:
        return flat
    width = -(-max(bars) // 20)
    often = sorted(Counter(n // width for n in bars).values())[-2:]
    return max(flat, min(floor(Fraction(sum(often), len(bars) - 1) * 1000 + Fraction(1, 2)), 1000))


def dur(counts, span):
    clock = "".join("x" if n else " " for n in counts + [0] * (24 - len(counts)))
    if clock.count("x") < 6:
        return 0
    run = min(max(map(len, (clock * 2).split())), 24)
    return max(min(-(-span * 1000 // (len(counts) * 3600)), 1000), min(-(-run * 1000 // 12), 1000))
