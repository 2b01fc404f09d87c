"""Who sits an exam: the names of a class, and the folder of each."""

import re
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from nsgkit.errors import NsgkitError, shown

_LONGEST = 40  # letters of a folder's name
_LARGEST = 1_000_000  # bytes of a file of names
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d")  # no file of Windows may be called so


class Learner(NamedTuple):
    """A learner, as the file of names writes the name, and the folder of the exam."""

    name: str
    folder: str


def read_learners(path: str | Path) -> list[Learner]:
    """Return the learners of a file with a name a line, in its order; empty lines are none.

    Raises NsgkitError where two lines have one name or would have one folder, there is no name, or the file
    cannot be read.
    """
    found: dict[str, tuple[int, Learner]] = {}
    for number, line in enumerate(_text(Path(path)).split("\n"), 1):
        if not (name := unicodedata.normalize("NFC", line).strip()):
            continue
        learner = Learner(name, folder_of(name))
        if learner.folder in found:
            other, same = found[learner.folder]
            what = (
                "are the same name" if same.name == name else f"would both have the folder {learner.folder}"
            )
            raise NsgkitError(
                f"{path}: lines {other} and {number}, {shown(same.name)} and {shown(name)}, {what}. "
                "Add what tells the two apart."
            )
        found[learner.folder] = number, learner
    if not found:
        raise NsgkitError(f"{path} has no name in it. Write one a line.")
    return [learner for _, learner in found.values()]


def folder_of(name: str) -> str:
    """Return the name of a learner's folder: plain letters, digits and hyphens, whatever the name.

    Where letters are lost, or it would be too long or is not allowed, a part of the name's hash follows.

    >>> folder_of("Zoë Müller"), folder_of("../../etc"), folder_of("张伟"), folder_of("CON")
    ('zoe-muller', 'etc', 'learner-a3a0bafd', 'con-a3dbc4b6')
    """
    plain = unicodedata.normalize("NFKD", name)
    words = re.findall("[a-z0-9]+", "".join(c for c in plain if c.isascii() or c.isspace()).lower())
    folder = "-".join(words)
    lost = any(c.isalnum() and not c.isascii() for c in plain)
    if folder and not lost and len(folder) <= _LONGEST and not _RESERVED.fullmatch(folder):
        return folder
    return f"{folder[:_LONGEST].rstrip('-') or 'learner'}-{sha256(name.encode()).hexdigest()[:8]}"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) <= _LARGEST:
            return data.decode("utf-8-sig")
        problem = "is too large for a list of names"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        problem = "is no text in UTF-8: save it as that"
    raise NsgkitError(f"{path} {problem}. Give a file with a name a line.")
