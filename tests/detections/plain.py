"""Attempts and windows in plain Python, one after another: what the detections are held against."""

from collections import defaultdict

FAILED = ("denied", "unanswered", "refused")
ENDS = ("src_ip", "src_port", "dst_ip", "dst_port", "protocol")


def milliseconds(time):
    return int(time.timestamp() * 1000)


def outcome(conversation):
    """How an attempt ended; `conversation` is a summary as `tests.counting.plain_stitch` makes it."""
    packets, size = conversation["packets_dst_to_src"], conversation["bytes_dst_to_src"]
    if conversation["decision"] == "denied":
        return "denied"
    if conversation["answered"] is None:
        return "unknown"
    if not conversation["answered"]:
        return "unanswered"
    reset = packets is not None and size is not None and 1 <= packets <= 2 and size <= 44 * packets
    return "refused" if reset else "answered"


def attempts(conversations, folded):
    """Each attempt once, in time order, without what was let out and then turned away elsewhere."""
    seen = [
        {**c, "outcome": outcome(c), "ms": milliseconds(c["first"])}
        for i, c in enumerate(conversations)
        if i not in folded
    ]
    denied = defaultdict(list)
    for attempt in seen:
        if attempt["outcome"] == "denied":
            denied[tuple(attempt[k] for k in ENDS)].append(attempt["ms"])
    kept = [
        a
        for a in seen
        if a["outcome"] == "denied"
        or all(abs(a["ms"] - ms) > 5_000 for ms in denied[tuple(a[k] for k in ENDS)])
    ]
    return sorted(kept, key=lambda a: (a["ms"], a["blob"], a["record"], a["tuple"]))


def most(times, values, width):
    """The most distinct values in any window, each window looked at by itself."""
    pairs = list(zip(times, values, strict=True))
    return max(
        (len({v for t, v in pairs if end - width < t <= end}) for end in times),
        default=0,
    )


def failed_by(seen, keys, value):
    """{group: [(ms, value), …]} of the failed attempts."""
    found = defaultdict(list)
    for a in seen:
        if a["outcome"] in FAILED:
            found[tuple(a[k] for k in keys)].append((a["ms"], a[value], a["outcome"]))
    return found
