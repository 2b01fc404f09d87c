"""plan.json: who sits an exam, and its exercises. It is the teacher's, as the key is; grading needs it."""

import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from nsgkit.errors import NsgkitError
from nsgkit.evidence.writer import TOOL
from nsgkit.training.exams.learners import Learner
from nsgkit.training.exams.paper import Asked, every_exercise, paper
from nsgkit.training.exams.questions import digest
from nsgkit.training.exams.secret import derived, seed_of

FILE = "plan.json"
_LARGEST = 20_000_000


@dataclass(frozen=True)
class Plan:
    """The names of the exercises, the learners, and the SHA-256 of what each of them is asked."""

    made_by: str
    exercises: tuple[str, ...]
    learners: tuple[Learner, ...]
    asked: tuple[str, ...]

    def papers(self, secret: bytes) -> Iterator[tuple[Learner, list[Asked]]]:
        """Yield each learner with the questions, made again from the secret.

        Raises NsgkitError where they are not those that were handed out: another version made them.
        """
        known = every_exercise()
        for learner, asked in zip(self.learners, self.asked, strict=True):
            gone = not known.keys() >= {*self.exercises}
            made = (
                [] if gone else paper([known[name] for name in self.exercises], seed_of(secret, learner.name))
            )
            if gone or digest(made) != asked:
                raise NsgkitError(
                    f"{TOOL} makes other questions of the secret than {self.made_by}, which made the exam. "
                    "Nothing is graded: use that version."
                )
            yield learner, made


def write_plan(plan: Plan, secret: bytes) -> bytes:
    """Return the plan as a file, sealed by the secret."""
    told = asdict(plan)
    return json.dumps({**told, "seal": _seal(told, secret)}, indent=1).encode() + b"\n"


def read_plan(path: Path, secret: bytes) -> Plan:
    """Return the plan of a file; NsgkitError where this secret did not make it, or it was changed."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(_LARGEST))
        seal = told.pop("seal")
    except OSError as error:
        raise NsgkitError(
            f"{path} cannot be read: {error.strerror}. `training exam` wrote {FILE} beside key.html: name "
            "that folder with --exam."
        ) from error
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        raise NsgkitError(f"{path} is no plan of an exam. `training exam` writes it anew.") from error
    if not isinstance(seal, str) or not hmac.compare_digest(seal.encode(), _seal(told, secret).encode()):
        raise NsgkitError(
            f"The exam was not made from this secret, or {path} was changed since. Nothing is graded: give "
            "the secret that made it."
        )
    return Plan(
        told["made_by"], tuple(told["exercises"]), tuple(Learner(*each) for each in told["learners"]),
        tuple(told["asked"]),
    )  # fmt: skip


def _seal(told: dict[str, object], secret: bytes) -> str:
    text = json.dumps(told, sort_keys=True).encode()
    return hmac.digest(derived(secret, "plan"), text, "sha256").hex()
