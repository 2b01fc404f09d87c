"""The command line: `python -m nsgkit VERB …`."""

import argparse
import sys
from collections.abc import Sequence

from nsgkit.errors import NsgkitError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; return 0, 1 after saying what is wrong, or 130 where it was interrupted."""
    chosen = _parser().parse_args(arguments)
    try:
        return 0 if chosen.run(chosen) else 1
    except (NsgkitError, OSError) as error:
        print(f"nsgkit: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nsgkit", description="Azure flow logs: read, kept, investigated."
    )
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    _add_download(verbs)
    _add_verify(verbs)
    _add_ingest(verbs)
    _add_notebooks(verbs)
    _add_sample(verbs)
    _add_training(verbs)
    return parser


def _add_download(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser(
        "download",
        help="copy flow logs from Azure Storage into an evidence folder",
        description="Copy the flow logs of a span into an evidence folder. Done again, it goes on where it "
        "ended. Times are UTC. It signs in as DefaultAzureCredential does (such as with az login), or with "
        "the SAS in the environment variable NSGKIT_SAS.",
    )
    verb.add_argument("url", help="the container, https://ACCOUNT.blob.core.windows.net/CONTAINER")
    verb.add_argument("folder", help="the evidence folder, made where there is none")
    verb.add_argument("--start", required=True, metavar="TIME", help="such as 2024-12-19 or 2024-12-19T09:00")
    verb.add_argument("--end", metavar="TIME", help="where the span ends (default: now)")
    verb.add_argument("--resource", nargs="+", help="only these NSGs or flow logs, by id or name")
    verb.add_argument("--mac", nargs="+", help="only these NICs")
    verb.add_argument("--sas", action="store_true", help="ask for a SAS, which is not shown")
    verb.add_argument("--follow", action="store_true", help="go on with what is still written, until Ctrl-C")
    verb.set_defaults(run=_download)


def _add_verify(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser(
        "verify",
        help="prove that an evidence folder, a case or a bundle is unchanged",
        description="Check every file of an evidence folder against its manifest, of a case against its "
        "lines, of a bundle against both; and the manifest, or the lines, themselves.",
    )
    verb.add_argument("folder", help="an evidence folder, a case, or a bundle of one")
    verb.add_argument(
        "--head",
        metavar="HASH",
        help="the head that download, verify or a case printed earlier: proves that nothing up to it was "
        "cut off or made anew",
    )
    verb.set_defaults(run=_verify)


def _add_ingest(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser(
        "ingest",
        help="put flow logs into a store: when memory is not enough",
        description="Put flow logs into a Delta Lake table, stitched as they come. Done again, it reads "
        "what is new or has grown, and nothing else. Stopped at any moment, it goes on when run again.",
    )
    verb.add_argument("source", help="a folder of logs, an evidence folder, or a single file")
    verb.add_argument("store", help="the store's folder, made where there is none")
    verb.add_argument("--start", metavar="TIME", help="such as 2024-12-19 or 2024-12-19T09:00, in UTC")
    verb.add_argument("--end", metavar="TIME", help="where the span ends")
    verb.set_defaults(run=_ingest)


def _ingest(chosen: argparse.Namespace) -> bool:
    from nsgkit.store.ingest import ingest

    print(ingest(chosen.source, chosen.store, start=chosen.start, end=chosen.end))
    return True


def _download(chosen: argparse.Namespace) -> bool:
    from nsgkit.acquire.download import download
    from nsgkit.acquire.messages import show_messages

    show_messages()

    done = download(
        chosen.url,
        chosen.folder,
        start=chosen.start,
        end=chosen.end,
        resource=chosen.resource,
        mac=chosen.mac,
        credential="sas" if chosen.sas else None,
        follow=chosen.follow,
    )
    print(done)
    return not done.failed


def _verify(chosen: argparse.Namespace) -> bool:
    from nsgkit.case.verification import verify

    result = verify(chosen.folder, head=chosen.head)
    print(result)
    return result.ok


def _add_notebooks(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser(
        "notebooks",
        help="write a working copy of the notebooks",
        description="Copy the notebooks into a folder of your own, with the path of your logs in each.",
    )
    verb.add_argument("folder", help="a new folder, or one without notebooks of these names")
    verb.add_argument("--logs", help="your folder of logs, or a container's URL (default: the samples)")
    verb.set_defaults(run=_notebooks)


def _notebooks(chosen: argparse.Namespace) -> bool:
    from nsgkit.working_copy import write_notebooks

    copies = write_notebooks(chosen.folder, chosen.logs)
    print(f"{len(copies)} notebooks in {chosen.folder}. Open them: jupyter lab {copies[0].parent}")
    return True


def _add_sample(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser(
        "sample",
        help="write the sample logs",
        description="Write the sample logs: the same bytes every time. Another seed gives another "
        "company, with other attackers, or none who get in. The story takes the last two days.",
    )
    verb.add_argument(
        "folder", nargs="?", default="data/samples", help="an empty or new folder (default: %(default)s)"
    )
    verb.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="which company (default: 0, the one that the kit comes with)",
    )
    verb.add_argument(
        "--days", type=int, default=2, metavar="N", help="how many, from 2 to 31 (default: %(default)s)"
    )
    verb.add_argument(
        "--nics",
        type=int,
        default=8,
        metavar="N",
        help="how many machines, from 8 to 32 (default: %(default)s)",
    )
    verb.add_argument(
        "--internet", action="store_true", help="5,000 outsiders more, most of them seen once or twice"
    )
    verb.set_defaults(run=_sample)


def _sample(chosen: argparse.Namespace) -> bool:
    from nsgkit.sample import write_samples

    number = write_samples(
        chosen.folder, chosen.seed, days=chosen.days, nics=chosen.nics, internet=chosen.internet
    )
    print(f"{number} files in {chosen.folder}")
    return True


def _add_training(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser("training", help="for instructors: make an exam, grade what was handed in")
    parts = verb.add_subparsers(required=True, metavar="exam|grade")
    exam = parts.add_parser(
        "exam",
        help="write an exam for a class",
        description="Write a folder for each name, with a notebook and rows of its own, and the key. The "
        "same secret and names make the same exam. Nothing that is handed out holds a right answer.",
    )
    exam.add_argument("--names", required=True, metavar="FILE", help="the learners, a name a line")
    exam.add_argument(
        "--questions", type=int, default=20, metavar="N", help="how many (default: %(default)s)"
    )
    exam.add_argument(
        "--level", type=_levels, default=(1, 3), metavar="1-3", help="of these levels only (default: 1-3)"
    )
    exam.add_argument(
        "--tracks", type=_tracks, default="fields,counting", metavar="NAMES",
        help="fields, counting, triage: triage asks about whole logs, of which each name gets 11 MB or more "
        "(default: %(default)s)",
    )  # fmt: skip
    exam.set_defaults(run=_exam)
    grade = parts.add_parser(
        "grade",
        help="grade what a class handed in",
        description="Grade what was handed in: the files of answers are read as data, and nothing else is "
        "opened. Writes a table, a page for each learner and a page for the class.",
    )
    grade.add_argument("folder", help="the folder with the learners' folders")
    grade.add_argument(
        "--exam", default="exam", metavar="FOLDER",
        help="what `training exam` wrote, for its plan.json, where the class folder has none (default: exam)",
    )  # fmt: skip
    grade.set_defaults(run=_grade)
    for part, what in ((exam, "the exam"), (grade, "the results")):
        part.add_argument("--seed-file", required=True, metavar="FILE", help="the secret, 16 bytes or more")
        part.add_argument("--into", required=True, metavar="FOLDER", help=f"where {what} goes")


def _levels(text: str) -> tuple[int, int]:
    lowest, _, highest = text.partition("-")
    try:
        return int(lowest), int(highest or lowest)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no level: write 2, or 1-3") from None


def _tracks(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",")))


def _exam(chosen: argparse.Namespace) -> bool:
    from nsgkit.training.exams.making import make_exam

    number = make_exam(
        chosen.names, chosen.into, seed_file=chosen.seed_file, number=chosen.questions, levels=chosen.level,
        tracks=chosen.tracks,
    )  # fmt: skip
    print(
        f"{number} folders in {chosen.into}, with {chosen.questions} questions each. Hand out those folders; "
        "key.html and plan.json are yours: grading needs plan.json and the secret."
    )
    return True


def _grade(chosen: argparse.Namespace) -> bool:
    from nsgkit.training.exams.results import grade, said

    print(said(grade(chosen.folder, chosen.into, seed_file=chosen.seed_file, exam=chosen.exam)))
    print(f"The results are in {chosen.into}: begin with class.html.")
    return True


if __name__ == "__main__":
    sys.exit(main())
