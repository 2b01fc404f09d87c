"""Makes an exam: a folder for each learner, and the key and the plan for the teacher."""

from collections.abc import Mapping
from pathlib import Path

from nsgkit.errors import NsgkitError, hides_locals
from nsgkit.evidence.writer import TOOL, open_private
from nsgkit.training.exams import notebook, plan, questions
from nsgkit.training.exams.key import key_page
from nsgkit.training.exams.learners import Learner, read_learners
from nsgkit.training.exams.paper import Asked, choose, paper
from nsgkit.training.exams.secret import read_secret, seed_of

KEY = "key.html"


@hides_locals
def make_exam(
    names: str | Path, folder: str | Path, *, seed_file: str | Path, number: int = 20,
    levels: tuple[int, int] = (1, 3),
) -> int:  # fmt: skip
    """Write an exam of so many questions for the names of a file, and return how many sit it.

    The same secret, names and numbers make the same bytes. A learner's folder has the notebook and the rows;
    key.html and plan.json are the teacher's, and are not handed out.

    Raises NsgkitError where the names or the secret are not good, or the folder is not empty.
    """
    place = Path(folder)
    secret, learners = read_secret(seed_file), read_learners(names)
    _require_free(place, Path(seed_file))
    exercises = choose(secret, number, levels)
    papers = [(learner, paper(exercises, seed_of(secret, learner.name))) for learner in learners]
    made = plan.Plan(
        TOOL, tuple(each.name for each in exercises), tuple(learners),
        tuple(questions.digest(asked) for _, asked in papers),
    )  # fmt: skip
    _write(place, {name: data for each in papers for name, data in _handed_out(*each).items()})
    # Last, so that an exam that was not written whole is not taken for one.
    _write(place, {KEY: key_page(papers).encode(), plan.FILE: plan.write_plan(made, secret)})
    return len(learners)


def _handed_out(learner: Learner, asked: list[Asked]) -> dict[str, bytes]:
    return {
        f"{learner.folder}/{notebook.FILE}": notebook.notebook(each.name for each in asked),
        f"{learner.folder}/{questions.FILE}": questions.as_handed_out(asked),
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
