"""The exercises on counting, answered from the lines alone."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise


def fields(line):
    return line.text.split(",")


def talks(case):
    """The rows of each connection that was let through, by NIC, addresses and ports; B begins a new one."""
    found, current = [], {}
    for line in case.lines:
        f = fields(line)
        if (line.version == 4 and f[7] == "D") or (line.version != 4 and f[7] != "A"):
            continue
        key, state = (line.nic, line.version, *f[1:5]), {1: "", 2: f[-5], 4: f[7]}[line.version]
        if state in ("", "B") or key not in current:
            current[key] = []
            found.append((key, current[key]))
        current[key].append((state, f))
    return found


def begun(rows):
    return rows[0][0] in ("", "B")


def bytes_of(rows):
    """Both ways; None where no C or E row has a counter."""
    numbers = [int(n) for state, f in rows if state in ("C", "E") for n in (f[10], f[12]) if n]
    return sum(numbers) if numbers else None


def connections(case):
    return sum(fields(line)[7:9] == ["A", "B"] for line in case.lines)


def size(case):
    return sum(int(n or 0) for line in case.lines for n in fields(line)[10::2])


def packets(case):
    return sum(int(n or 0) for line in case.lines for n in fields(line)[9:13:2])


def denied(case):
    return sum(fields(line)[7] == "D" for line in case.lines)


def once(case):
    """One view of each connection: of equal addresses and ports, the outbound one."""
    found = {}
    for key, rows in talks(case):
        way = rows[0][1][6]
        if key[2:] not in found or way == "O":
            found[key[2:]] = rows
    return found


def double(case):
    return sum(bytes_of(rows) for rows in once(case).values())


def double_count(case):
    return len(once(case))


def both_families(case):
    return len(once(case)), len({line.nic for line in case.lines})


def mean(case):
    known = [n for _, rows in talks(case) if (n := bytes_of(rows)) is not None]
    return sum(known) / len(known) if known else None


def share_unknown(case):
    return sum(bytes_of(rows) is None for _, rows in talks(case))


def orphan(case):
    (part,) = [rows for _, rows in talks(case) if not begun(rows)]
    return sum(begun(rows) for _, rows in talks(case)), "unknown" if bytes_of(part) is None else "at least"


def version_mix(case):
    return sum(begun(rows) for _, rows in talks(case))


def rate(case):
    before, last = (fields(line) for line in case.lines[-2:])
    span = Fraction(int(last[0]) - int(before[0]), 1000 if case.lines[0].version == 4 else 1)
    return float(Fraction(int(last[10]) + int(last[12]), 125_000) / span)


def busiest_bin(case):
    """Second by second, as nobody would reckon who has many rows."""
    minutes = defaultdict(Fraction)
    for _, rows in talks(case):
        for (_, before), (_, row) in pairwise(rows):
            since, until = int(before[0]), int(row[0])
            for second in range(since, until):
                minutes[second // 300] += Fraction(int(row[10]) + int(row[12]), until - since)
    return datetime.fromtimestamp(max(minutes, key=minutes.get) * 300, UTC)


def ta_rows(case):
    alike = Counter((*f[1:3], *f[4:7]) for f in map(fields, case.lines))
    return len(alike), "src_port"


AGAIN = {
    each.__name__: each
    for each in (
        connections, size, packets, denied, double, double_count, both_families, mean, share_unknown, orphan,
        version_mix, rate, busiest_bin, ta_rows,
    )
}  # fmt: skip
