"""What leaves the company: how much, where to, and where it lay before."""

from random import Random
from typing import Any

import pandas as pd

from nsgkit.sample.company.network import BACKUP_SERVICE, DB1, FILES1, NAS
from nsgkit.sample.logging.connections import Connection
from nsgkit.sample.scenes import incident, lookalikes, office
from nsgkit.sample.world import World
from nsgkit.training.answers import ADDRESS, MOMENT, amount, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.played import played
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, fact, robbed, when, world_of

_LEAVES = "06-suspicious-patterns.ipynb#Data-leaves"
_SUMS = "03-know-your-flow-log.ipynb#Begin,-continuing,-end"


def _robbed(rng: Random) -> Case | None:
    return company_case(rng, robbed)


def _drop(case: Case) -> str:
    return str(fact(case, "large upload")["entities"]["dst_ip"][0])


def _uploads(case: Case) -> list[Connection]:
    return [each for each in played(incident, world_of(case)) if each.dst == _drop(case)]


def _sent(case: Case) -> tuple[str, int]:
    return _drop(case), sum(each.out[1] for each in _uploads(case))


def _largest(case: Case) -> Any:
    sizes = [each.out[1] for each in _uploads(case)]
    return (_drop(case), max(sizes)) if len(sizes) > 1 else NOT_HERE


def _of_end_rows(case: Case) -> tuple[str, int]:
    rows = company_of(case).flows
    ends = rows[(rows["dst_ip"] == _drop(case)) & (rows["state"] == "end")]
    return _drop(case), int(ends["bytes_src_to_dst"].sum())


def _backups(case: Case, src: str, dst: str) -> list[Connection]:
    """Return what every night carries from or to one place."""
    ends = (src, dst)
    return [each for each in played(lookalikes, world_of(case)) if (each.src, each.dst) == ends]


def _download(case: Case, *, both: bool) -> tuple[str, int]:
    copies = _backups(case, FILES1.ip6, BACKUP_SERVICE)
    return BACKUP_SERVICE, sum(each.back[1] + both * each.out[1] for each in copies)


_IN = (
    "that is the largest transfer across the border, but it comes in: the bytes are those from destination "
    "to source."
)

UPLOAD = Exercise(
    name="upload",
    level=2,
    skill="what left, and how much",
    ask="One machine of the company sent very much to an address outside, many times what came back from "
    "there, and nobody in the company had dealt with that address before. Which address is it, and how "
    "many bytes were sent to it in all? Give the address and the number; within one per cent is near "
    "enough.",
    kind=together(ADDRESS, amount(0.01)),
    make=_robbed,
    right=_sent,
    code='nsgkit.detections.large_transfers(conversations, network=network).iloc[0][["dst_ip", "bytes_out"]]',
    slips=(
        Slip("download-as-upload", lambda case: _download(case, both=False), _IN, _LEAVES),
        Slip("download-as-upload", lambda case: _download(case, both=True), _IN, _LEAVES),
        Slip(
            "warehouse-as-outside",
            lambda case: (NAS, sum(each.back[1] for each in _backups(case, NAS, FILES1.ip))),
            "that one stays in the company: the warehouse behind the VPN fetches a backup every night, and "
            "network.toml names its network.",
            _LEAVES,
        ),
        Slip(
            "inside-as-outside",
            lambda case: (FILES1.ip, sum(each.out[1] for each in _backups(case, DB1.ip, FILES1.ip))),
            "that is much, and it comes every night, from one machine of the company to another: a backup. "
            "Nothing leaves with it.",
            _LEAVES,
        ),
        Slip(
            "largest-as-all",
            _largest,
            "the address is the one; but you counted the largest connection alone, and it was sent over "
            "several at once.",
            _LEAVES,
        ),
        Slip(
            "end-row-as-total",
            _of_end_rows,
            "the address is the one; but you added up end rows alone. Each row holds what came since the row "
            "before it: continuing rows count as well.",
            _SUMS,
        ),
        Slip(
            "both-ways",
            lambda case: (_drop(case), sum(each.out[1] + each.back[1] for each in _uploads(case))),
            "the address is the one; but you added what came back. What was sent is the bytes from source to "
            "destination.",
            _SUMS,
        ),
    ),
    hints=(
        "Look at bytes from source to destination, of pairs of an inside source and an outside destination.",
        "Add up all connections of a pair, one way; compare with what came back, and with what is usual.",
        "nsgkit.detections.large_transfers(conversations, network=network) ranks them; it has dst_ip and "
        "bytes_out.",
    ),
    why="What left, where to and how much is the first thing that will be asked after a theft.",
    see=_LEAVES,
    share=SAME_COMPANY,
)


def _by_stages(world: World) -> bool:
    """Return whether what was taken lay somewhere else before it left."""
    return robbed(world) and world.plot.staged


def _laid(case: Case) -> Connection:
    """Return the connection that laid it down: the fact names its ends and its port."""
    ends = fact(case, "staging")["entities"]
    return next(
        each
        for each in played(incident, world_of(case))
        if each.src in ends["src_ip"] and each.dst in ends["dst_ip"] and each.src_port in ends["src_port"]
    )


def _place(case: Case) -> tuple[str, pd.Timestamp]:
    return _laid(case).dst, when(_laid(case).start)


def _collected(case: Case) -> Connection:
    """Return the connection in which it was fetched from the database."""
    return next(
        each for each in played(incident, world_of(case)) if (each.src, each.dst) == (_laid(case).src, DB1.ip)
    )


def _kept_open(case: Case) -> Connection:
    """Return the share that the workstation keeps open on that day: its longest connection to that place."""
    laid, world = _laid(case), world_of(case)
    shares = [each for each in played(office, world) if (each.src, each.dst) == (laid.src, laid.dst)]
    return max((each for each in shares if each.start >= world.midnights[-1]), key=lambda each: each.lasts)


STAGED = Exercise(
    name="staged",
    level=3,
    skill="where the loot lay before it left",
    ask="One machine of the company sent very much to an address outside that nobody had dealt with before. "
    "Another machine of the company had laid it down there: in the last connection before, into the "
    "machine that sent it, that carried more than 100 million bytes from its source to its destination. "
    "On which machine did it lie until it left, and when did the connection begin that laid it there? "
    "Give the address and the moment (UTC, to the second).",
    kind=together(ADDRESS, MOMENT),
    make=lambda rng: company_case(rng, _by_stages),
    right=_place,
    code='conversations[conversations["dst_ip"] == nsgkit.detections.large_transfers(conversations, '
    'network=network)["src_ip"].iloc[0]].query("~folded & bytes_src_to_dst > 100_000_000")'
    '.sort_values("first").iloc[-1][["dst_ip", "first"]]',
    slips=(
        Slip(
            "backup-as-staging",
            lambda case: (_laid(case).dst, when(_backups(case, DB1.ip, FILES1.ip)[-1].start)),
            "the machine is the one; but that is the database's backup, which comes every night at the same "
            "hour. Something of the same size came after it.",
            _LEAVES,
        ),
        Slip(
            "collection-as-staging",
            lambda case: (_laid(case).src, when(_collected(case).start)),
            "you took the step before: there it was fetched from the database. It was moved once more before "
            "it left.",
            _LEAVES,
        ),
        Slip(
            "source-as-place",
            lambda case: (_laid(case).src, when(_laid(case).start)),
            "the moment is the one; but you named who laid it down, and not where it lay.",
            _LEAVES,
        ),
        Slip(
            "upload-as-staging",
            lambda case: (_laid(case).dst, when(_uploads(case)[0].start)),
            "the machine is the one; but that is when it began to leave, and not when it came.",
            _LEAVES,
        ),
        Slip(
            "habit-as-staging",
            lambda case: (_laid(case).dst, when(_kept_open(case).start)),
            "the machine is the one, and so are both ends; but that is the share which the workstation keeps "
            "open all day, for a few megabytes. The loot came over a connection of its own.",
            _LEAVES,
        ),
    ),
    hints=(
        "Find the machine that sent it out first, then look at what came into that machine before.",
        "Only bytes from source to destination lay something down; a backup does so every night.",
        "Filter conversations by dst_ip, the source of nsgkit.detections.large_transfers, and by "
        "bytes_src_to_dst; the last by first is it.",
    ),
    why="Where the loot lay is where files, and their times, may still be found.",
    see=_LEAVES,
    share=SAME_COMPANY,
)
