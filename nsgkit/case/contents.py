"""What the files of a case hold, field by field: the one form in which they are verified, read and reported.

A case may come from a stranger. A file that says something else than nsgkit writes is told in one sentence.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec

from nsgkit.case.folder import KeptFile, kept_bytes
from nsgkit.errors import NsgkitError

Place: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=(1 << 31) - 1)]  # of a record or a tuple
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
Time: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
_Value: TypeAlias = bool | int | float | str | None
Figure: TypeAlias = _Value | list[_Value | list[_Value]]
T = TypeVar("T")


class StrangeContentError(Exception):
    """A file says something else than nsgkit writes; the message says what."""


class _Timed(msgspec.Struct, frozen=True):
    """What has times: each in UTC."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            time = getattr(self, name)
            if isinstance(time, datetime) and time.utcoffset():
                raise ValueError(f"its {name!r} is no time in UTC")


class Row(_Timed, frozen=True):
    """A conversation, or a flow row, which has a `time` in place of `first` and `last`."""

    blob: str
    record: Place
    tuple: Place
    src_ip: str | None = None
    dst_ip: str | None = None
    src_port: Count | None = None
    dst_port: Count | None = None
    protocol: str | None = None
    direction: str | None = None
    decision: str | None = None
    state: str | None = None
    rule: str | None = None
    mac: str | None = None
    resource: str | None = None
    flow_log: str | None = None
    version: Count | None = None
    encryption: str | None = None
    bytes_src_to_dst: Count | None = None
    bytes_dst_to_src: Count | None = None
    folded: bool = False
    stateless: bool = False
    first: Time | None = None
    last: Time | None = None
    time: Time | None = None

    @property
    def whole(self) -> bool:
        """Whether it is a conversation, and no flow row."""
        return self.first is not None

    @property
    def begin(self) -> datetime | None:
        """When it was first seen."""
        return self.first or self.time

    @property
    def end(self) -> datetime | None:
        """When it was last seen."""
        return self.last or self.begin


class Cited(_Timed, frozen=True):
    """A raw tuple, and where it stands."""

    blob: str
    blob_sha256: str
    record: Place
    tuple: Place
    raw: str
    time: Time


class CitedFile(msgspec.Struct, frozen=True):
    """What a star or a finding rests on; only a finding has figures."""

    rows: list[Row]
    tuples: list[Cited]
    names: dict[str, str]
    figures: list[tuple[str, Figure, str, str]] = []
    harmless: str = ""
    meant: str = ""


class Blob(_Timed, frozen=True):
    """A blob as the logs were read."""

    name: str
    sha256: str | None
    size: Count
    rows: Count
    rejects: Count
    unread: Count
    complete: bool
    begins_in_middle: bool
    hour: Time | None = None
    mac: str | None = None
    resource: str | None = None
    note: str | None = None
    source: dict[str, str | None] | None = None


class Named(msgspec.Struct, frozen=True):
    """A file that was set aside."""

    name: str
    reason: str


class Interval(_Timed, frozen=True):
    """A gap or a silence."""

    start: Time
    end: Time
    mac: str | None = None
    resource: str | None = None


class Stop(_Timed, frozen=True):
    """Where logging ended while the rest went on."""

    last_hour: Time
    mac: str | None = None
    resource: str | None = None
    together_with: str | None = None


class Kinds(msgspec.Struct, frozen=True):
    """Which kinds of rows a flow log wrote."""

    flow_log: str | None = None
    meaning: str | None = None


class Evidence(_Timed, frozen=True):
    """The logs as they were read, and what they cannot show."""

    rows: Count
    blobs: list[Blob]
    set_aside: list[Named]
    gaps: list[Interval]
    silences: list[Interval]
    stops: list[Stop]
    record_types: list[Kinds]
    said: list[str]
    asked: str
    first: Time | None
    last: Time | None


class _Key(msgspec.Struct, frozen=True):
    kind: str


def decoded(data: bytes, form: type[T]) -> T:
    """Return what the bytes of a kept file say; StrangeContentError where nsgkit writes no such file.

    >>> decoded(b'{"name": "a.txt", "reason": "no flow log"}', Named)
    Named(name='a.txt', reason='no flow log')
    """
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StrangeContentError(str(error)) from None


def content(folder: Path, event: Mapping[str, Any], form: type[T]) -> T:
    """Return what the file of a line says; NsgkitError where it is none that nsgkit writes."""
    kept = event["file"]
    try:
        return decoded(kept_bytes(folder, kept), form)
    except StrangeContentError as error:
        name = KeptFile(kept["sha256"], kept["ending"], kept["size"]).name
        problem = f"{folder / name} is none that nsgkit writes ({error})"
    raise NsgkitError(f"{problem}. Line {event['n']} of the case names it: ask whoever made the case.")


def kind_of(key: str) -> str:
    """Return which kind of finding a key is of; "a finding" where it does not say.

    >>> kind_of('{"kind": "beacon", "src_ip": "10.0.0.4"}'), kind_of("[[")
    ('beacon', 'a finding')
    """
    try:
        return msgspec.json.decode(key, type=_Key).kind
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return "a finding"
