"""What became of an evidence folder, as `verify` tells it."""

from dataclasses import dataclass, field
from pathlib import Path

from nsgkit.evidence.chain import FIRST

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
    lines: int = 0  # of the manifest
    head: str = FIRST  # SHA-256 of the manifest's last line, or of the last before the chain breaks
    broken: bool = False  # whether it does
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what is worth knowing and is no problem
    noted: str | None = None  # the head that was given
    noted_line: int | None = None  # which line it is the SHA-256 of, counted from 1

    @property
    def ok(self) -> bool:
        """Whether everything is as it was."""
        return not self.problems

    def __str__(self) -> str:
        found = f"{self.files:,} files ({self.size:,} bytes) and {self.lines:,} lines of the manifest checked"
        lines = [f"{self.folder}: unchanged. {found}."]
        if self.problems:
            problems = f"{len(self.problems):,} problem{'s'[: len(self.problems) != 1]}"
            lines = [f"{self.folder}: CHANGED. {found}; {problems}:", *(f"  {p}" for p in self.problems)]
        return "\n".join([*lines, *(f"Note: {note}" for note in self.notes), *self._about_head()])

    __repr__ = __str__

    def _about_head(self) -> list[str]:
        said = (
            [f"The manifest's last SHA-256, its head: {self.head}"] if self.lines and not self.broken else []
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
