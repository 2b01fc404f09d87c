"""What a class handed in: whose folder is where, and where its answers are. Links are never followed."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nsgkit.errors import NsgkitError
from nsgkit.evidence.strangers import kind_at
from nsgkit.training.exams import notebook, plan, questions, recorded
from nsgkit.training.exams.learners import Learner
from nsgkit.training.exams.making import KEY

GRADED, MISSING, DOUBLED, REFUSED = "graded", "nothing handed in", "more than one file", "not read"
_OURS = {KEY, plan.FILE}
_OF_A_FOLDER = {notebook.FILE, questions.FILE, recorded.FILE}
_MOST = 1_000  # files of a folder that are looked at
_TOLD = 5  # strange files that are named


@dataclass(frozen=True)
class HandedIn:
    """What one learner handed in: `path` is the file of answers, where there is exactly one to be read."""

    state: str
    path: Path | None = None
    notes: tuple[str, ...] = ()


def look_through(folder: Path, learners: Iterable[Learner]) -> tuple[dict[str, HandedIn], list[str]]:
    """Return what each learner handed in, by the learner's folder, and what else lies in the class folder."""
    try:
        there = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise NsgkitError(
            f"{folder} cannot be read: {error.strerror}. Give the folder of what was handed in."
        ) from error
    whose: dict[str, list[str]] = {learner.folder: [] for learner in learners}
    strange = []
    for name in there:
        if name.casefold() in whose:
            whose[name.casefold()].append(name)
        elif name not in _OURS and not name.startswith("."):
            strange.append(name)
    return {own: _of_learner(folder, names) for own, names in whose.items()}, strange


def _of_learner(folder: Path, names: list[str]) -> HandedIn:
    if not names:
        return HandedIn(MISSING, notes=("there is no folder",))
    if len(names) > 1:
        return HandedIn(
            DOUBLED, notes=(f"there are the folders {', '.join(names)}: leave the one that counts",)
        )
    if (kind := kind_at(folder / names[0])) != "folder":
        return HandedIn(
            REFUSED, notes=(f"{names[0]} is a {kind} where a folder should be, and was not opened",)
        )
    return _in_folder(folder / names[0])


def _in_folder(folder: Path) -> HandedIn:
    found, cut = _files(folder)
    answers = [name for name in found if _like_answers(name)]
    notes = _notes([name for name in found if name not in _OF_A_FOLDER and name not in answers], cut)
    if len(answers) > 1:
        said = f"there are {', '.join(answers[:_TOLD])}: leave the one that counts, as {recorded.FILE}"
        return HandedIn(DOUBLED, notes=(said, *notes))
    if answers != [recorded.FILE]:
        other = f", but {answers[0]}: where it is meant, put it there" if answers else ""
        return HandedIn(MISSING, notes=(f"there is no {recorded.FILE}{other}", *notes))
    if (kind := kind_at(folder / recorded.FILE)) != "file":
        return HandedIn(REFUSED, notes=(f"{recorded.FILE} is a {kind}, and was not opened", *notes))
    return HandedIn(GRADED, folder / recorded.FILE, notes)


def _files(folder: Path) -> tuple[list[str], bool]:
    """Return what lies in a folder and below it, by its path in it, and whether there is more."""
    found: list[str] = []
    for above, folders, files in os.walk(folder):  # which does not follow links
        links = [name for name in folders if kind_at(Path(above, name)) != "folder"]
        # Jupyter keeps copies in hidden folders: they are not the learner's. Nor are the logs of a company.
        folders[:] = sorted(
            name
            for name in folders
            if name not in links
            and not name.startswith(".")
            and not (Path(above) == folder and questions.COMPANY.fullmatch(name))
        )
        names = sorted(name for name in [*files, *links] if not name.startswith("."))
        found += [Path(above, name).relative_to(folder).as_posix() for name in names]
        if len(found) > _MOST:
            return found[:_MOST], True
    return found, False


def _like_answers(name: str) -> bool:
    file = name.rpartition("/")[2].casefold()
    return file.startswith("answers") and ".jsonl" in file


def _notes(strange: list[str], cut: bool) -> tuple[str, ...]:
    if not strange:
        return ()
    more = "" if len(strange) <= _TOLD else f" and {'more than ' * cut}{len(strange) - _TOLD:,} more"
    return (f"not of the exam, and not opened: {', '.join(strange[:_TOLD])}{more}",)
