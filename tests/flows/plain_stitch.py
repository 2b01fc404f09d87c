"""The counting rules in plain Python, one row after another: what the engines' answers are held against."""

COUNTERS = ("packets_src_to_dst", "bytes_src_to_dst", "packets_dst_to_src", "bytes_dst_to_src")
KEY = (
    "mac", "acl", "resource", "flow_log", "direction", "protocol", "src_ip", "src_port", "dst_ip",
    "dst_port", "decision",
)  # fmt: skip
STEP = {"begin": 0, "continuing": 1, "end": 2}


def records(frame):
    """The rows as dictionaries, with None for whatever is missing."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def stitch(rows):
    """Return lists of rows, one a conversation."""
    open_, done = {}, []
    for row in sorted(rows, key=lambda r: (r["time"], STEP.get(r["state"], 0), r["record"], r["tuple"])):
        key = tuple(row[k] for k in KEY)
        if row["decision"] == "denied" or row["state"] is None:
            done.append([row])
            continue
        if row["state"] == "begin" or key not in open_:
            open_[key] = []
            done.append(open_[key])
        open_[key].append(row)
        if row["state"] == "end":
            del open_[key]
    return done


def summary(conversation):
    """What `conversations` says of it, double capture aside."""
    first, last = conversation[0], conversation[-1]
    sums = {c: [r[c] for r in conversation if r["state"] in ("continuing", "end")] for c in COUNTERS}
    known = {c: [v for v in values if v is not None] for c, values in sums.items()}
    return {
        "first": first["time"], "last": last["time"], "state": state(conversation), "rows": len(conversation),
        **{k: first[k] for k in (*KEY, "rule", "blob", "record", "tuple")},
        **{c: sum(values) if values else None for c, values in known.items()},
    }  # fmt: skip


def state(conversation):
    states = {r["state"] for r in conversation}
    if conversation[0]["decision"] == "denied":
        return "denied"
    if states == {None}:
        return None
    if "begin" not in states:
        return "orphan"
    return "closed" if "end" in states else "open"
