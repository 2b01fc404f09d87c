"""The counting rules in plain Python, one row after another: what the engines' answers are held against."""

from collections import defaultdict

COUNTERS = ("packets_src_to_dst", "bytes_src_to_dst", "packets_dst_to_src", "bytes_dst_to_src")
KEY = (
    "mac", "acl", "resource", "flow_log", "direction", "protocol", "src_ip", "src_port", "dst_ip",
    "dst_port", "decision",
)  # fmt: skip
STATES = ("begin", "continuing", "end")
TIES = ("rule", "encryption", "version", *COUNTERS, "record", "tuple", "blob")


def records(frame):
    """The rows as dictionaries, with None for whatever is missing."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def stitch(rows):
    """Return lists of rows, one a conversation."""
    done, moments = [], defaultdict(lambda: defaultdict(list))
    for row in sorted(rows, key=lambda r: [(r[name] is not None, r[name]) for name in TIES]):
        if row["decision"] == "denied" or row["state"] is None:
            done.append([row])
        else:
            moments[tuple(row[k] for k in KEY)][row["time"]].append(row)
    for times in moments.values():
        done += stitch_key(times)
    return done


def stitch_key(times):
    """Stitch the rows of one key, time after time."""
    done, current = [], None  # what is open from before
    for time in sorted(times):
        begins, continuing, ends = ([r for r in times[time] if r["state"] == s] for s in STATES)
        if current is not None:
            current += continuing
            if ends:
                current.append(ends.pop(0))
                current = None
        elif continuing and not begins:
            done.append(continuing + ends[:1])
            current = None if ends else done[-1]
            ends = ends[1:]
        elif continuing:
            begins[-1:] = [[begins[-1], *continuing]]
        for begin in begins:
            done.append(begin if isinstance(begin, list) else [begin])
            if ends:
                done[-1].append(ends.pop(0))
            else:
                current = done[-1]
        done += [[end] for end in ends]
    return done


def summaries(rows):
    """What `conversations` says of the rows, double capture aside."""
    silent = without_begins(rows)
    return [summary(c, silent) for c in stitch(rows)]


def summary(conversation, silent):
    """What `conversations` says of one; `silent` are the flow logs without begin rows."""
    first, last = conversation[0], conversation[-1]
    sums = {c: [r[c] for r in conversation if r["state"] in ("continuing", "end")] for c in COUNTERS}
    known = {c: [v for v in values if v is not None] for c, values in sums.items()}
    sums = {c: sum(values) if values else None for c, values in known.items()}
    alone = counted_by(conversation, silent) == "row"
    return {
        "first": first["time"], "last": last["time"], "state": state(conversation), "rows": len(conversation),
        **{k: first[k] for k in (*KEY, "rule", "blob", "record", "tuple")},
        **sums,
        "counted_by": counted_by(conversation, silent),
        "answered": None if alone else answered(sums["packets_dst_to_src"], sums["bytes_dst_to_src"]),
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


def counted_by(conversation, silent):
    """Which row counts it; `silent` are the flow logs without begin rows."""
    first = conversation[0]
    states = {r["state"] for r in conversation}
    if first["decision"] == "denied" or states == {None}:
        return "row"
    if "begin" in states:
        return "begin"
    return "end" if "end" in states and log(first) in silent else None


def log(row):
    return row["flow_log"] or row["resource"]


def without_begins(rows):
    """The VNet flow logs that have end rows, but no begin row."""
    states = defaultdict(set)
    for row in rows:
        if row["version"] >= 4 and row["decision"] != "denied" and row["state"] is not None:
            states[log(row)].add(row["state"])
    return {name for name, seen in states.items() if "end" in seen and "begin" not in seen}


def answered(packets, bytes_):
    known = packets if packets is not None else bytes_
    return None if known is None else known > 0


def fold(conversations, within=5.0, orphans=305.0):
    """Return the positions of those that are folded into another, which counts for both."""
    folded = set()
    ends = defaultdict(list)
    for i, c in enumerate(conversations):
        link = (*(c[k] for k in KEY[5:]), c["state"] == "orphan")
        ends[link, c["direction"]].append(i)
    for (link, direction), inbound in ends.items():
        taken = set()
        for i in inbound if direction == "inbound" else ():
            for o in ends.get((link, "outbound"), ()):
                here, there = conversations[i], conversations[o]
                apart = abs((here["first"] - there["first"]).total_seconds())
                near = apart <= (orphans if link[-1] else within)
                if o not in taken and here["mac"] != there["mac"] and near:
                    if not contradict(here, there):
                        folded.add(i)
                    taken.add(o)
                    break
    return folded


def contradict(here, there):
    """Whether two complete views cannot be of one connection: 5 times and 10 kB apart."""
    if not here["state"] == there["state"] == "closed":
        return False
    counted = [c[f"bytes_{way}"] for c in (here, there) for way in ("src_to_dst", "dst_to_src")]
    if None in counted:
        return False
    least, most = sorted((sum(counted[:2]), sum(counted[2:])))
    return most > 5 * least and most - least > 10_000


def measures(conversations, key, *, count_every_view=False):
    """Return key -> the measures of its conversations, counted one by one."""
    folded = set() if count_every_view else fold(conversations)
    found = defaultdict(
        lambda: dict.fromkeys(("connections", "denied", "unknown", "orphans", "uncounted"), 0)
    )
    for i, c in enumerate(conversations):
        group = found[tuple(c[k] for k in key)]
        if i in folded:
            continue
        began = c["counted_by"] is not None
        group["connections"] += began and c["decision"] == "allowed"
        group["unknown"] += began and c["decision"] == "unknown"
        group["denied"] += c["decision"] == "denied"
        group["orphans"] += not began
        known = [c[n] for n in COUNTERS if c[n] is not None]
        group["uncounted"] += began and c["decision"] == "allowed" and not known
        for name in COUNTERS:
            if c[name] is not None:
                group[name] = group.get(name, 0) + c[name]
    return dict(found)
