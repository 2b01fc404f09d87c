"""Addresses as numbers and as keys: many texts at once, where `ipaddress` would take seconds."""

from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from socket import AF_INET6, inet_pton
from string import hexdigits
from typing import Any, TypeAlias
from weakref import ref

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Numbers: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Keys: TypeAlias = "np.ndarray[Any, np.dtype[np.bytes_]]"  # 16 bytes each: their order is that of addresses
NO_IPV4 = -1
_OCTETS = "abcd"
_GROUPS = hexdigits + ":"
# As `ipaddress` reads it: four numbers in ASCII, none with a zero before it.
_DOTTED = r"\.".join(f"(?P<{octet}>0|[1-9][0-9]{{0,2}})" for octet in _OCTETS)
_MAPPED = bytes(10) + b"\xff\xff"  # before an IPv4 address that is written as one of IPv6
_KEPT = 1 << 16
# One fact asks several times of the same texts, which cannot change: these are the last that were asked of.
_LATEST: "list[tuple[ref[pd.Index[Any]], Keys, Bools]]" = []


def ipv4_numbers(texts: "pd.Index[Any]") -> Numbers:
    """Return the IPv4 address that each text is, as a number; -1 where it is none.

    >>> ipv4_numbers(pd.Index(["10.0.0.4", "10.0.0.04", "10.0.0.256", "::1"])).tolist()
    [167772164, -1, -1, -1]
    """
    found = pc.extract_regex(pa.array(texts.astype("str"), pa.string()), f"^{_DOTTED}$")
    octets = [pc.struct_field(found, octet).cast(pa.int64()).fill_null(256) for octet in _OCTETS]
    a, b, c, d = (np.asarray(octet) for octet in octets)
    numbers: Numbers = (a << 24) | (b << 16) | (c << 8) | d
    numbers[np.maximum.reduce([a, b, c, d]) > 255] = NO_IPV4
    return numbers


def address_keys(texts: "pd.Index[Any]") -> tuple[Keys, Bools]:
    """Return of each text a key that sorts as addresses do, and whether it is an address at all.

    IPv4 has the key of its mapped form, so `::ffff:10.0.0.1` and `10.0.0.1` are one address.

    >>> keys, is_address = address_keys(pd.Index(["10.0.0.1", "::ffff:10.0.0.1", "masked"]))
    >>> bool(keys[0] == keys[1]), is_address.tolist()
    (True, [True, True, False])
    """
    for held, keys, is_address in _LATEST:
        if held() is texts:
            return keys, is_address
    keys, is_address = _made(texts)
    keys.flags.writeable = is_address.flags.writeable = False
    _LATEST[:] = [(ref(texts), keys, is_address)]
    return keys, is_address


def _made(texts: "pd.Index[Any]") -> tuple[Keys, Bools]:
    numbers = ipv4_numbers(texts)
    raw = np.zeros((len(texts), 16), dtype=np.uint8)
    raw[:, :12] = np.frombuffer(_MAPPED, dtype=np.uint8)
    raw[:, 12:] = numbers.astype(">u4").view(np.uint8).reshape(-1, 4)
    is_address: Bools = numbers != NO_IPV4
    others = np.flatnonzero(~is_address)
    packed = [_packed(str(text)) for text in texts[others].tolist()]
    is_address[others] = [each is not None for each in packed]
    joined = b"".join(each or bytes(16) for each in packed)
    raw[others] = np.frombuffer(joined, dtype=np.uint8).reshape(-1, 16)
    return raw.view("S16").reshape(-1), is_address


@lru_cache(maxsize=_KEPT)
def _packed(text: str) -> bytes | None:
    """Return the 16 bytes of an IPv6 address; None where the text is none.

    The system's own way is six times as fast as `ipaddress`; only of groups and colons do all systems think
    alike.
    """
    if not text.strip(_GROUPS):
        with suppress(OSError):
            return inet_pton(AF_INET6, text)
    try:
        packed = ip_address(text).packed
    except ValueError:
        return None
    return packed if len(packed) == 16 else _MAPPED + packed
