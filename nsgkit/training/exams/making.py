"""Makes an exam: a folder for each learner, and the key and the plan for the teacher."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from nsgkit.errors import NsgkitError, hides_locals
from nsgkit.evidence.writer import TOOL, open_private
from nsgkit.progress import progress
from nsgkit.training.exams import notebook, plan, questions
from nsgkit.training.exams.key import key_page
from nsgkit.training.exams.learners import Learner, read_learners
from nsgkit.training.exams.paper import ROWS_ALONE, Asked, choose, paper, without_logs
from nsgkit.training.exams.secret import read_secret, seed_of

KEY = "key.html"


@hides_locals
def make_exam(  # noqa: PLR0913
    names: str | Path, folder: str | Path, *, seed_file: str | Path, number: int = 20,
    levels: tuple[int, int] = (1, 3), tracks: Sequence[str] = ROWS_ALONE,
) -> int:  # fmt: skip
    """Write an exam of so many questions for the names of a file, and return how many sit it.

    The same secret, names and numbers make the same bytes. A learner's folder has the notebook and the rows,
    and where the track "triage" is asked for, the logs of a company of the learner's own, which take some
    seconds and 11 MB; key.html and plan.json are the teacher's, and are not handed out.

    Raises NsgkitError where the names or the secret are not good, or the folder is not empty.
    """
    place = Path(folder)
    secret, learners = read_secret(seed_file), read_learners(names)
    _require_free(place, Path(seed_file))
    exercises = choose(secret, number, levels, tracks)
    papers, digests = [], []
    for learner in progress(learners, desc="Making", unit="exam"):
        asked = paper(exercises, seed_of(secret, learner.name))
        _write(place, _handed_out(learner, asked))
        papers.append((learner, without_logs(asked)))
        digests.append(questions.digest(asked))
    made = plan.Plan(TOOL, tuple(each.name for each in exercises), tuple(learners), tuple(digests))
    # Last, so that an exam that was not written whole is not taken for one.
    _write(place, {KEY: key_page(papers).encode(), plan.FILE: plan.write_plan(made, secret)})
    return len(learners)


def _handed_out(learner: Learner, asked: list[Asked]) -> dict[str, bytes]:
    return {
        f"{learner.folder}/{notebook.FILE}": notebook.notebook(each.name for each in asked),
        f"{learner.folder}/{questions.FILE}": questions.as_handed_out(asked),
        **{f"{learner.folder}/{name}": data for name, data in _logs(asked).items()},
    }


def _logs(asked: list[Asked]) -> dict[str, bytes]:
    """Return the files of the companies that are asked about, each company once."""
    companies = {each.logs: each.case.company.folder for each in asked if each.case.company}
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for name, folder in companies.items()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _require_free(folder: Path, seed_file: Path) -> None:
    try:
        there = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise NsgkitError(f"{folder} cannot be used: {error.strerror}. Name a new folder.") from error
    if seed_file.resolve().is_relative_to(folder.resolve()):
        raise NsgkitError(f"The secret lies in {folder}, which is handed out. Move it elsewhere.")
    if there:
        raise NsgkitError(
            f"{folder} is not empty ({there[0]}), and nothing is written over. Name a new folder."
        )


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if name in (KEY, plan.FILE):
                with open_private(folder / name) as file:
                    file.write(data)
            else:
                (folder / name).write_bytes(data)
    except OSError as error:
        raise NsgkitError(
            f"{folder} cannot be written: {error.strerror}. What is in it is not a whole exam: take it away."
        ) from error
