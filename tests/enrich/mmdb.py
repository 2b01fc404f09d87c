"""A database of places for tests: MaxMind's file format, written from a few prefixes of one family.

By its public specification: a binary tree of prefixes, a separator, the records, and the metadata at the end.
"""

import struct
from ipaddress import ip_network

_MARKER = b"\xab\xcd\xefMaxMind.com"
_UINT16, _UINT32, _UINT64 = 5, 6, 9  # a whole number is a tuple: its type, and it
_NOTHING = b"\0" * 16


def write(path, records, kind="Test-City", built=1_733_011_200, version=6):
    """Write `{prefix: record}` to a file, as if built at a second since 1970; return its path."""
    bits = 128 if version == 6 else 32
    nodes, data, places = [[None, None]], b"", {}
    for prefix, record in records.items():
        places[prefix], data = len(data), data + _encoded(record)
        _insert(nodes, ip_network(prefix), bits, prefix)
    count = len(nodes)

    def side(value):
        if value is None:
            return struct.pack(">I", count)
        return struct.pack(">I", count + 16 + places[value] if isinstance(value, str) else value)

    tree = b"".join(side(left) + side(right) for left, right in nodes)
    about = {
        "binary_format_major_version": (_UINT16, 2), "binary_format_minor_version": (_UINT16, 0),
        "build_epoch": (_UINT64, built), "database_type": kind, "description": {},
        "ip_version": (_UINT16, version), "languages": [], "node_count": (_UINT32, count),
        "record_size": (_UINT16, 32),
    }  # fmt: skip
    path.write_bytes(tree + _NOTHING + data + _MARKER + _encoded(about))
    return path


def _insert(nodes, prefix, bits, value):
    # IPv4 lies at the very beginning of a tree of IPv6.
    length = prefix.prefixlen + (96 if bits == 128 and prefix.version == 4 else 0)
    number = int(prefix.network_address) >> (prefix.max_prefixlen - prefix.prefixlen)
    at = 0
    for place in range(length):
        bit = (number >> (length - 1 - place)) & 1
        if place == length - 1:
            nodes[at][bit] = value
        elif not isinstance(nodes[at][bit], int):
            nodes.append([None, None])
            nodes[at][bit] = len(nodes) - 1
        at = nodes[at][bit] if isinstance(nodes[at][bit], int) else at


def _encoded(value):
    if isinstance(value, dict):
        return _head(7, len(value)) + b"".join(_encoded(k) + _encoded(v) for k, v in value.items())
    if isinstance(value, list):
        return _head(11, len(value)) + b"".join(map(_encoded, value))
    if isinstance(value, float):
        return _head(3, 8) + struct.pack(">d", value)
    if isinstance(value, tuple):
        held = value[1].to_bytes(8, "big").lstrip(b"\0")
        return _head(value[0], len(held)) + held
    text = value.encode()
    return _head(2, len(text)) + text


def _head(kind, size):
    assert size < 285
    first = (0 if kind > 7 else kind) << 5 | (size if size < 29 else 29)
    return (
        bytes([first])
        + (bytes([kind - 7]) if kind > 7 else b"")
        + (bytes([size - 29]) if size >= 29 else b"")
    )
