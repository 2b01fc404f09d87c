"""What became of an evidence folder, as `verify` tells it."""

from dataclasses import dataclass, field
from pathlib import Path

from nsgkit.errors import NsgkitError, shown
from nsgkit.evidence.chain import FIRST, Line
from nsgkit.evidence.events import is_sha256

NOT_PROVEN = (
    "Without a head that was noted earlier, this does not prove that no lines were cut off or added at the "
    "end, that the folder was not rolled back as a whole, and that the chain was not made anew by somebody "
    "who can write into it."
)


@dataclass
class Verification:
    """What became of the evidence; it prints as a few sentences."""

    folder: Path
    files: int = 0  # that were read again
    size: int = 0  # bytes, of these
    lines: int = 0  # of the manifest, or the case
    head: str = FIRST  # SHA-256 of the last line, or of the last before the chain breaks
    broken: bool = False  # whether it does
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what is worth knowing and is no problem
    noted: str | None = None  # the head that was given
    noted_line: int | None = None  # which line it is the SHA-256 of, counted from 1
    chain: str = "manifest"  # what the lines are of

    def take(self, line: Line) -> None:
        """Count a line that is bound to the one before it."""
        self.lines, self.head = self.lines + 1, line.sha256
        if line.sha256 == self.noted:
            self.noted_line = self.lines

    def check_head(self, path: Path) -> None:
        """Tell where no line has the head that was given; `path` is where the lines are."""
        if self.noted is None or self.noted_line is not None:
            return
        if self.broken:
            self.problems.append(
                f"{path}: no line before the one at which the chain breaks has the head that you noted, "
                f"{self.noted}."
            )
        else:
            self.problems.append(
                f"{path}: no line has the head that you noted, {self.noted}. Lines were cut off at the end, "
                "the folder was rolled back, the chain was made anew, or the head is that of another folder."
            )

    @property
    def ok(self) -> bool:
        """Whether everything is as it was."""
        return not self.problems

    def __str__(self) -> str:
        found = (
            f"{self.files:,} files ({self.size:,} bytes) and {self.lines:,} lines of the {self.chain} checked"
        )
        lines = [f"{self.folder}: unchanged. {found}."]
        if self.problems:
            problems = f"{len(self.problems):,} problem{'s'[: len(self.problems) != 1]}"
            lines = [f"{self.folder}: CHANGED. {found}; {problems}:", *(f"  {p}" for p in self.problems)]
        return "\n".join([*lines, *(f"Note: {note}" for note in self.notes), *self._about_head()])

    __repr__ = __str__

    def _about_head(self) -> list[str]:
        said = (
            [f"The {self.chain}'s last SHA-256, its head: {self.head}"]
            if self.lines and not self.broken
            else []
        )
        if self.noted is None:
            return [*said, NOT_PROVEN]
        if self.noted_line is None:
            return said
        after = self.lines - self.noted_line
        came = f"{after:,} line{'s'[: after != 1]} came after it"
        proven = (
            f"The head that you noted is that of line {self.noted_line:,}: no line up to it was cut off or "
            f"made anew. {f'{came}, which it does not prove' if after else 'It is the last line'}."
        )
        return [*said, proven]


def as_head(given: object) -> str | None:
    """Return the head that was given; NsgkitError where it is no SHA-256.

    >>> as_head(None) is None
    True
    """
    if given is None:
        return None
    text = given.strip().lower() if isinstance(given, str) else given
    if is_sha256(text):
        return str(text)
    raise NsgkitError(f"head takes no {shown(given)}: give the 64 hex digits that were printed as the head.")
