"""Flow logs, and what may become of them: by structure (values, keys, levels, forms) and by bytes."""

import copy
import json

KINDS = [None, True, 5, -1.5, "", "text", [], {}, [[]], [{}], {"a": []}, ["x"], "1734601416,1.2.3.4"]
KEYS = [
    "records",
    "properties",
    "flows",
    "flowTuples",
    "mac",
    "category",
    "time",
    "other",
    "flowGroups",
    "Version",
]
FIELDS = [
    "", "0", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1F", "00012", "65535", "65536", "255", "256",
    "9223372036854775807", "9223372036854775808", "1734601416", "1734601416123", "17346014161",
    "91734601416", "T", "Q", "t", "I", "A", "B", "D", "NX", "NX_NEW", "nx", "x" * 33, "::1",
    "2001:DB8:0::1", "::ffff:1.2.3.4", "fe80::1%e", "010.0.0.1", "1.2.3", "1.2.3.4", "xxx.xxx.xxx.xxx",
    "\u0661", "\u00e9", '"', "\\", "\n", "\x7f", ",", ",,", "null", "\ufeff1", "[", "]", '","',
]  # fmt: skip
BITS = b'"{}[]:,\\\x00\xff\xc3 \n0aU'
NSG_TUPLES = [
    "1734601416,35.203.211.114,10.0.0.4,{port},12086,T,I,D,B,,,,",
    "1734601416,35.203.211.114,10.0.0.4,{port},12086,T,I,D,B,,,",
    "1734601440,203.0.113.9,10.0.0.4,{port},443,U,O,A,E,1,2,3,4",
]
VNET_TUPLES = [
    "1734601440123,10.0.0.4,203.0.113.9,{port},443,6,O,B,NX,0,0,0,0",
    "1734601440124,10.0.0.4,203.0.113.9,{port},443,1,I,D,NX_NEW2,,,,",
]


class Pairs(list):
    """A JSON object as [key, value] lists: keys can stand twice, and be written in any way."""


def pairs(value):
    if isinstance(value, dict):
        return Pairs([key, pairs(item)] for key, item in value.items())
    return [pairs(item) for item in value] if isinstance(value, list) else value


def written(value, rng, loose):
    """Return JSON text, with escapes and white space where it is loose."""
    gap = rng.choice(["", " ", "\n  "]) if loose else ""
    if isinstance(value, Pairs):
        parts = (f"{string(key, rng, loose)}:{gap}{written(item, rng, loose)}" for key, item in value)
        return "{" + gap + f",{gap}".join(parts) + gap + "}"
    if isinstance(value, list):
        return "[" + gap + f",{gap}".join(written(item, rng, loose) for item in value) + gap + "]"
    return string(value, rng, loose) if isinstance(value, str) else json.dumps(value)


def string(value, rng, loose):
    if value.startswith("\\"):  # a key that is to be escaped
        value = value[1:]
        at = rng.randrange(len(value)) if value else 0
        letter = "".join(f"\\u{ord(letter):04x}" for letter in value[at : at + 1])
        return f'"{value[:at]}{letter}{value[at + 1 :]}"'
    escaped = json.dumps(value)
    return escaped.replace("/", "\\/") if loose and rng.random() < 0.1 else escaped


def record(rng, number, minute, version=None, tuples=None):
    """Return a valid record that no other mutant has."""
    version = version or rng.choice([1, 2, 4])
    port = number % 65536
    time = f"2024-12-19T09:{minute:02d}:35.{number % 10**7:07d}Z"
    count = rng.choice([0, 1, 1, 2, 3]) if tuples is None else tuples
    if version == 4:
        tuples = [rng.choice(VNET_TUPLES).format(port=port) for _ in range(count)]
        group = {"rule": "R", "flowTuples": tuples}
        return {
            "time": time, "flowLogVersion": 4, "flowLogGUID": "66aa", "macAddress": "000D3AB17875",
            "category": "FlowLogFlowEvent", "flowLogResourceID": "/S/FLOWLOGS/V",
            "targetResourceID": "/s/vnet", "operationName": "FlowLogFlowEvent",
            "flowRecords": {"flows": [{"aclID": "00aa", "flowGroups": [group]}]},
        }  # fmt: skip
    tuples = [rng.choice(NSG_TUPLES).format(port=port) for _ in range(count)]
    tuples = [one[: one.index(",D,") + 2] if version == 1 and ",D," in one else one for one in tuples]
    return {
        "time": time, "systemId": "de8f", "macAddress": "000D3AB17875",
        "category": "NetworkSecurityGroupFlowEvent", "resourceId": "/S/N", "operationName": "E",
        "properties": {
            "Version": version,
            "flows": [{"rule": "UserRule_Web", "flows": [{"mac": "000D3AB17875", "flowTuples": tuples}]}],
        },
    }  # fmt: skip


def places(value, found=None):
    """Return every (holder, index) of a value inside a document, at any depth."""
    found = [] if found is None else found
    for i, item in enumerate(value):
        inner = item[1] if isinstance(value, Pairs) else item
        found.append((value, i))
        if isinstance(inner, list):
            places(inner, found)
    return found


def change(document, rng):
    """Change one thing in a document, in place."""
    found = places(document)
    tuples = [place for place in found if inner(*place).__class__ is str and inner(*place).count(",") > 6]
    if tuples and rng.random() < 0.2:
        field(*rng.choice(tuples), rng)
        return
    holder, i = rng.choice(found)
    rng.choice([escape, double, rename, move, shuffle, wrap, unwrap, add, replace])(document, holder, i, rng)


def inner(holder, i):
    return holder[i][1] if isinstance(holder, Pairs) else holder[i]


def put(holder, i, value):
    if isinstance(holder, Pairs):
        holder[i][1] = value
    else:
        holder[i] = value


def escape(_, holder, i, _rng):
    if isinstance(holder, Pairs) and not holder[i][0].startswith("\\"):
        holder[i][0] = "\\" + holder[i][0]


def double(_, holder, i, rng):
    other = copy.deepcopy(holder[i])
    if isinstance(holder, Pairs) and rng.random() < 0.5:
        other[1] = pairs(rng.choice(KINDS))
    holder.insert(rng.choice([i, i + 1, len(holder)]), other)


def rename(_, holder, i, rng):
    if isinstance(holder, Pairs):
        holder[i][0] = rng.choice(KEYS)


def move(document, holder, i, rng):
    moved, is_pair = holder.pop(i), isinstance(holder, Pairs)
    home = rng.choice(
        [home for home, _ in places(document) if isinstance(home, Pairs) == is_pair] or [holder]
    )
    home.insert(rng.randrange(len(home) + 1), moved)


def shuffle(_, holder, _i, rng):
    rng.shuffle(holder)


def wrap(_, holder, i, rng):
    key, value = rng.choice(KEYS), inner(holder, i)
    forms = [[value], Pairs([[key, value]]), Pairs([[key, [value]]]), Pairs([["a", 1], [key, value]])]
    put(holder, i, rng.choice(forms))


def unwrap(_, holder, i, _rng):
    value = inner(holder, i)
    if isinstance(value, list) and value:
        put(holder, i, inner(value, 0))


def add(document, holder, i, rng):
    """Put a copy of any value under a new key."""
    value = copy.deepcopy(inner(*rng.choice(places(document))))
    if isinstance(holder, Pairs):
        holder.append([rng.choice(KEYS), value])
    else:
        holder.append(value)


def field(holder, i, rng):
    """Change one field of a tuple."""
    fields = inner(holder, i).split(",")
    fields[rng.randrange(len(fields))] = rng.choice(FIELDS)
    put(holder, i, ",".join(fields))


def replace(_, holder, i, rng):
    put(holder, i, pairs(rng.choice(KINDS)))


FORMS = [
    *['{"records":[%s]}'] * 12, "[%s]", "\ufeff" + '{"records":[%s]}', "\ufeff\ufeff" + '{"records":[%s]}',
    '{"records":[%s,]}', '{"records":[%s', '{"data":{"records":[%s]}}', '{"a":1,"records":[%s]}', ",%s",
    "%s]]]]", '{"records":[,%s]}', '{"records":[1,2],"records":[%s]}', '{"records":[{"records":[%s]}]}',
    '{"recor\\u0064s":[%s]}', '{"records":[%s],"b":{"flowTuples":["x"]}}',
]  # fmt: skip


def shaped(texts, rng):
    """Return the text of a blob of these records, in one of the forms in which blobs were seen."""
    return "\n".join(texts) if rng.random() < 0.04 else rng.choice(FORMS) % ",".join(texts)


def scrambled(data, rng):
    """Change bytes without a look at what they mean."""
    at, kind = rng.randrange(len(data) + 1), rng.randrange(6)
    other = rng.randrange(len(data) + 1)
    low, high = min(at, other), max(at, other)
    if kind == 0:
        return data[:at]
    if kind == 1 and at < len(data):
        return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]
    if kind == 2:
        return data[:at] + data[at + 1 :]
    if kind == 3:
        return data[:at] + bytes([rng.choice(BITS)]) + data[at:]
    if kind == 4:
        return data[high:] + data[low:high] + data[:low]
    return data[:high] + data[low:]


def mutant(rng, number):
    """Return the bytes of a blob, changed in one to three ways."""
    records = [pairs(record(rng, number, minute)) for minute in range(rng.choice([1, 2, 2, 3]))]
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        change(records, rng)
    loose = rng.random() < 0.2
    data = shaped([written(one, rng, loose) for one in records], rng).encode("utf-8", "surrogatepass")
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
        data = scrambled(data, rng)
    return data


def every_change(version, rng):
    """Yield blobs of a record of a version: each of its values replaced by each kind, each key changed."""
    number = 0
    changes = [escape, double, rename, wrap, unwrap, add, *KINDS]
    for what in changes:
        for place in range(len(places([pairs(record(rng, 0, 1, version, tuples=2))]))):
            number += 1
            document = [pairs(record(rng, number, minute, version, tuples=2)) for minute in (1, 2)]
            holder, i = places(document)[place]
            if callable(what):
                what(document, holder, i, rng)
            else:
                put(holder, i, pairs(what))
            yield ('{"records":[' + ",".join(written(one, rng, False) for one in document) + "]}").encode()
