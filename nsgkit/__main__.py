"""The command line: `python -m nsgkit VERB …`."""

import argparse
import sys
from collections.abc import Sequence

from nsgkit.errors import NsgkitError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; return 0, or 1 after saying on stderr what is wrong."""
    chosen = _parser().parse_args(arguments)
    try:
        chosen.run(chosen)
    except (NsgkitError, OSError) as error:
        print(f"nsgkit: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nsgkit", description="Azure flow logs: read, kept, investigated."
    )
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    _add_sample(verbs)
    return parser


def _add_sample(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser(
        "sample",
        help="write the sample logs",
        description="Write the sample logs: the same bytes every time.",
    )
    verb.add_argument(
        "folder", nargs="?", default="data/samples", help="an empty or new folder (default: %(default)s)"
    )
    verb.set_defaults(run=_sample)


def _sample(chosen: argparse.Namespace) -> None:
    from nsgkit.sample import write_samples

    print(f"{write_samples(chosen.folder)} files in {chosen.folder}")


if __name__ == "__main__":
    sys.exit(main())
