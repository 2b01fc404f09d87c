"""Folders of random small logs with all that makes reading, stitching and storing hard, and how they grow."""

import gzip
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from tests.blobs import blob, nsg_record, vnet_record

MOMENTS = 10
DAY = datetime(2024, 12, 18, tzinfo=UTC)
# Where hours and days meet: a record is written up to a minute after its tuples, so in the next hour's blob.
MINUTES = [
    day * 1440 + hour * 60 + minute for day in range(3) for hour in (0, 9, 23) for minute in (0, 1, 58, 59)
]
NICS = [("000D3A000001", "WEB"), ("000D3A000002", "WEB"), ("000D3A000003", "DATA")]
ENDS = [
    ("10.0.0.4", "10.0.1.5", 50_000, 443), ("10.0.0.4", "10.0.1.5", 50_001, 443),
    ("10.0.1.5", "203.0.113.7", 40_000, 53), ("203.0.113.9", "10.0.0.4", 55_256, 22),
    ("fd00::4", "2001:db8::7", 50_000, 443),
]  # fmt: skip
# A life: states, and the minutes from the first row at which each is logged.
LIVES = [
    ("BE", (0, 0)), ("BE", (0, 1)), ("BCE", (0, 5, 6)), ("BCCE", (0, 50, 110, 170)), ("BCE", (0, 1400, 2900)),
    ("B", (0,)), ("BC", (0, 70)), ("CE", (0, 3)), ("E", (0,)), ("BEBE", (0, 0, 0, 1)), ("BBE", (0, 0, 1)),
    ("BCBE", (0, 2, 2, 3)), ("BEC", (0, 1, 2)), ("D", (0,)), ("DDD", (0, 0, 1)), ("BB", (0, 20)),
]  # fmt: skip
COUNTS = ["0", "1", "74", "1480", "4611686018427387", ""]


class Row(NamedTuple):
    """A tuple, and the record that it is written in."""

    nic: int
    version: int
    minute: int  # of the record, since DAY
    rule: str
    text: str


def random_logs():
    """A strategy: a folder, as its files' names and bytes; at least one of them holds a row."""
    return st.randoms(use_true_random=False).map(folder_of)


def folder_of(rng):
    files = blobs_of(rows_of(rng))
    for _ in range(rng.randint(0, 3)):
        files |= rng.choice(ODDITIES)(rng, files)
    return files


def growing(rng):
    """The same folder at ten moments: blobs grow, come late, come twice, are replaced, are deleted."""
    rows = rows_of(rng)
    marks = sorted(rng.choice(sorted({row.minute for row in rows})) for _ in range(MOMENTS - 1))
    names = sorted({*blobs_of(rows)} - {FIRST}) or [FIRST]
    early = sorted({*blobs_of([row for row in rows if row.minute <= marks[3]])} - {FIRST}) or names
    late, deleted, replaced, twice = (
        rng.choice(names),
        rng.choice(names),
        rng.choice(early),
        rng.choice(names),
    )
    moments = []
    for number, mark in enumerate([*marks, max(row.minute for row in rows)]):
        files = blobs_of([rows[0], *(row for row in rows[1:] if row.minute <= mark)])
        if number < 7 and late not in {FIRST, replaced, deleted}:
            files.pop(late, None)
        if number >= 4 and replaced in files:
            files[replaced] = files[replaced].replace(b",10.0.", b",10.9.").replace(b"fd00::4", b"fd00::5")
        if number >= 5 and twice in files:  # a copy that was made at an earlier moment
            files["copy/PT1H.json"] = moments[4].get(twice, files[twice])
        if number >= 8 and deleted != FIRST:
            files.pop(deleted, None)
        moments.append(files)
    return moments


def write(files, folder):
    """Make the folder hold these files, and no others."""
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
    return folder


# Rows


def rows_of(rng):
    begins = rng.random() < 0.8  # a VNet flow log can be told to leave out begin rows
    always = Row(0, 2, 0, "DefaultRule_DenyAllInBound", tuple_text(2, 0, [*ENDS[3], "T", "I"], "D", []))
    rows = [row for _ in range(rng.randint(1, 10)) for row in connection(rng)]
    return [always, *(row for row in rows if begins or row.version != 4 or ",B,NX" not in row.text)]


def connection(rng):
    """The rows of one connection, at one NIC or at both ends."""
    states, minutes = rng.choice(LIVES)
    ends, begin, second = rng.choice(ENDS), rng.choice(MINUTES), rng.choice([0, 0, 17, 59])
    rule = rng.choice(["UserRule_Web", "UserRule_Jump", "DefaultRule_AllowVnet"])
    protocol, nic, direction = rng.choice("TTTU"), rng.randrange(len(NICS)), rng.choice("IO")
    views = [(nic, direction, 0)]
    if rng.random() < 0.4:
        views.append(((nic + 1) % len(NICS), "O" if direction == "I" else "I", rng.choice([0, 0, 2, 5, 6])))
    rows = []
    for at, direction, later in views:
        version = rng.choice([1, 2, 2, 2, 4, 4])
        for state, after in zip(states, minutes, strict=True):
            moment = (begin + after) * 60 + second + later
            counts = [rng.choice(COUNTS) for _ in range(4)]
            text = tuple_text(version, moment, [*ends, protocol, direction], state, counts)
            rows.append(Row(at, version, (moment + 30) // 60, rule, text))
    return rows


def tuple_text(version, second, fields, state, counts):
    """A tuple of version 1, 2 or 4; `state` D is a denied attempt."""
    moment, denied = int(DAY.timestamp()) + second, state == "D"
    fields = [str(moment), *map(str, fields)]
    if version == 4:
        fields[0], fields[5] = f"{moment}{second % 2 * 250:03d}", {"T": "6", "U": "17"}[fields[5]]
        return ",".join([*fields, state, "NX", *(["0"] * 4 if state in "BD" else counts)])
    fields.append("D" if denied else "A")
    if version == 1:
        return ",".join(fields)
    state = "B" if denied else state
    return ",".join([*fields, state, *([""] * 4 if state == "B" else counts)])


# Blobs


def blobs_of(rows):
    """The rows in records of a minute, these in blobs of an hour, as the container has them."""
    records = defaultdict(list)
    for row in rows:
        records[row.nic, row.version, row.minute].append(row)
    blobs = defaultdict(list)
    for (nic, version, minute), held in sorted(records.items(), key=lambda item: (item[0][2], item[0])):
        blobs[name_of(nic, version, minute)].append(record_of(nic, version, minute, held))
    return {name: blob(*held) for name, held in sorted(blobs.items())}


def record_of(nic, version, minute, rows):
    mac, nsg = NICS[nic]
    fixed = {"macAddress": mac, "time": f"{DAY + timedelta(minutes=minute):%Y-%m-%dT%H:%M:35}.0475109Z"}
    rules = defaultdict(list)
    for row in rows:
        rules[row.rule].append(row.text)
    if version == 4:
        groups = [{"rule": rule, "flowTuples": texts} for rule, texts in rules.items()]
        return vnet_record(
            **fixed, flowRecords={"flows": [{"aclID": f"acl-{nsg.lower()}", "flowGroups": groups}]}
        )
    flows = [{"rule": rule, "flows": [{"mac": mac, "flowTuples": texts}]} for rule, texts in rules.items()]
    return nsg_record(**fixed, resourceId=nsg_id(nsg), properties={"Version": version, "flows": flows})


def nsg_id(nsg):
    return f"/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/{nsg}"


def name_of(nic, version, minute):
    mac, nsg = NICS[nic]
    hour = f"{DAY + timedelta(minutes=minute):y=%Y/m=%m/d=%d/h=%H}/m=00/macAddress={mac}/PT1H.json"
    if version == 4:
        return f"insights-logs-flowlogflowevent/flowLogResourceID=/S_RG/NETWORKWATCHER_EU_LOG/{hour}"
    return f"insights-logs-networksecuritygroupflowevent/resourceId={nsg_id(nsg)}/{hour}"


FIRST = name_of(0, 2, 0)  # holds a row, always


# What happens to files. Each gives the files that are new or other; the blob called FIRST stays as it is.


def chosen(rng, files):
    return rng.choice([name for name in sorted(files) if name.endswith(".json") and name != FIRST] or [FIRST])


def copied(rng, files):
    """A blob twice: whole, or a partial copy."""
    data = files[chosen(rng, files)]
    cut = rng.choice([len(data), len(data), len(data) * 2 // 3])
    return {rng.choice(["a copy/PT1H.json", "z copy.json", "copies/y=2024/PT1H.json"]): data[:cut]}


def torn(rng, files):
    """A blob whose end is missing."""
    name = chosen(rng, files)
    return {} if name == FIRST else {name: files[name][: len(files[name]) * rng.randint(1, 9) // 10]}


def zipped(rng, files):
    """A blob as a gzip file, of its own name or of the blob's."""
    name = chosen(rng, files)
    return {f"zipped/{rng.randint(0, 1)}.json.gz": gzip.compress(files[name], mtime=0)}


def spoiled(rng, files):
    """Tuples that are none."""
    name = chosen(rng, files)
    old, new = rng.choice(
        [(b",443,", b",77777,"), (b",T,", b",Q,"), (b",E,", b",EE,"), (b",A,B,,,,", b",A,B,,,")]
    )
    return {} if name == FIRST else {name: files[name].replace(old, new, rng.choice([1, -1]))}


def other_records(rng, files):
    """Records that are none, or whole only in part, or of another version."""
    name = chosen(rng, files)
    odd = rng.choice([b"7", b"{}", b'"text"', b'{"time":"2024-12-18T09:00:00Z","category":"Other"}', b"null"])
    opened = b'{"records":['
    return {} if name == FIRST else {name: files[name].replace(opened, opened + odd + b",", 1)}


def repeated(rng, files):
    """All records of one blob again in another."""
    one, other = chosen(rng, files), chosen(rng, files)
    try:
        records = [record for name in (one, other) for record in json.loads(files[name])["records"]]
    except ValueError:  # torn before
        return {}
    return {} if other == FIRST else {other: blob(*records)}


def beside(rng, files):
    """Files that are no blobs."""
    return rng.choice(
        [{"notes.txt": b"call me\n"}, {"y=2024/PT1H.json": b""}, {"other.json": b'{"a": [1, 2]}'}]
    )


ODDITIES = [copied, torn, zipped, spoiled, other_records, repeated, beside]
