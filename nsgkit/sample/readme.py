"""The sample's README: where it comes from, what lies in it, and, below a warning, what is planted."""

from collections.abc import Mapping
from typing import Any

from nsgkit.sample.company import machines
from nsgkit.sample.company.network import DATA
from nsgkit.sample.moments import dates
from nsgkit.sample.scenes.outsiders import OUTSIDERS, RANGE, RANGE6
from nsgkit.sample.wording import number, sentence
from nsgkit.sample.world import World

_LAB = """\
**All of it is synthetic.** The company, its machines and its misfortune are made up, and nothing was
recorded on a network but the twelve denied probes with which the demo machine's log begins: they are
those of the lab that this kit grew out of, and theirs are the only real addresses. All other outsiders
use the ranges that RFC 5737 and RFC 3849 set aside for documentation{benchmarks}.
"""
_NO_LAB = """\
**All of it is synthetic.** The company, its machines and what befalls it are made up, and nothing was
recorded on a network. All outsiders use the ranges that RFC 5737 and RFC 3849 set aside for documentation\
{benchmarks}.
"""
_BENCHMARKS = ",\nand RFC 2544 for benchmarks"
_KIT = (0, 2, machines.FEWEST, False)  # the sample that the kit comes with
_INTERNET = f"""
The internet is of a real one's size: {OUTSIDERS:,} outsiders more, of {RANGE} and {RANGE6}, who
knock at what is public or visit the shop. A few are very loud, most are seen once or twice.
"""
_FILES = """\

| file or folder | what it is |
|---|---|
| `insights-logs-networksecuritygroupflowevent/` | NSG flow logs, laid out as in the storage container |
| `insights-logs-flowlogflowevent/` | a VNet flow log, with IPv6 and encryption |
| `network.toml` | the company's own networks, sites, hosts and scanner, and which files tell more |
| `known.toml` | what the company knows to be harmless, who says so and until when |
| `nsg.json` | the security groups, as `az network nsg list` gives them after the {days} days |
| `vnets.json`, `nics.json` | virtual networks and NICs, as `az network vnet list` and `nic list` give them |
| `geofeed.csv` | where the outsiders are (RFC 8805), invented |
| `places.csv` | another source of places, which differs here and there, invented |
| `feed.csv` | a threat feed that names some of them, invented |
| `truth.json` | everything that is planted, and what the logs add up to |

Paths in a storage container are long. On Windows, say `git config --global core.longpaths true` before
you clone.

## The network

| machine | role | address | NIC | logged by |
|---|---|---|---|---|
"""

_MIDDLE = """
`SHOP-NSG` and `DEMOVM-NSG` are logged in version 2, `OFFICE-NSG` in version 1 for its first hours.
`VNET-SHOP`, `VNET-DATA` and the warehouse behind the VPN (192.168.40.0/24) are peers; the demo machine
stands alone. A connection between two of these machines is in the logs twice, once at each end. The tag
`VirtualNetwork` means the peers' ranges, `Internet` everything else. The demo machine's own inbound rule
is logged without state: connections under it neither count nor end.

## What the logs add up to

"""

_SPOILER = """
## What is planted (read on only if you do not want to find it yourself)

### The story

"""


def text(world: World, truth: Mapping[str, Any]) -> str:
    """Return README.md, its figures and its story taken from what truth.json says."""
    harm = [fact for fact in truth["facts"] if not fact["harmless"]]
    harmless = [fact for fact in truth["facts"] if fact["harmless"]]
    return (
        _head(world)
        + _FILES.format(days=number(world.days))
        + _machines(world)
        + _MIDDLE
        + _sums(truth["totals"])
        + _SPOILER
        + _facts(harm)
        + "\n### Harmless, whatever it looks like\n\n"
        + _facts(harmless)
        + "\n### Oddities of the files\n\n"
        + "".join(dict.fromkeys(map(_oddity, truth["oddities"])))
    )


def _head(world: World) -> str:
    """Return what these days are, and how they are made again."""
    of_all = (_NO_LAB if world.seed else _LAB).format(benchmarks=_BENCHMARKS if world.internet else "")
    return (
        "# Sample logs\n\n"
        f"{sentence(number(world.days))} days of flow logs, {dates(world.start, world.days)}, of Marsh Lane "
        "Books: a small bookseller with a web shop.\n"
        f"{of_all}{_INTERNET if world.internet else ''}{_before(world)}\n"
        "It is made by fixed dice, and comes out the same, byte for byte, on every machine:\n\n"
        f"```sh\npython -m nsgkit sample {_how(world)}\n```\n"
    )


def _before(world: World) -> str:
    """Return what the days before the story's are, where there are any."""
    before = world.days - world.last_days.days
    if not before:
        return ""
    how_many = "day is an ordinary one" if before == 1 else f"{number(before)} days are ordinary ones"
    return f"\nThe first {how_many}: the story takes the last two. Nobody is in the office at a weekend.\n"


def _how(world: World) -> str:
    """Return what the command is given for these logs."""
    given = ["folder" if (world.seed, world.days, world.nics, world.internet) != _KIT else "data/samples"]
    given += [f"--seed {world.seed}"] if world.seed else []
    given += [f"--days {world.days}"] if world.days != world.last_days.days else []
    given += [f"--nics {world.nics}"] if world.nics != machines.FEWEST else []
    return " ".join([*given, *(["--internet"] if world.internet else [])])


def _sums(totals: Mapping[str, int]) -> str:
    return (
        f"{totals['blobs']} blobs, {totals['records']:,} records, {totals['tuples']:,} tuples: "
        f"{totals['rows']:,} flow rows and {totals['rejects']} rejected tuples "
        f"({totals['malformed']} malformed, {totals['repeated']} in a record repeated word for word). "
        "One more record is cut, in a blob that was still growing.\n"
    )


def _machines(world: World) -> str:
    return "".join(
        f"| {h.name} | {h.role} | {h.ip}{', ' + h.ip6 if h.ip6 else ''} | {h.mac} | "
        f"{'the flow log of VNET-DATA' if h in DATA else h.nsg} |\n"
        for h in world.hosts
    )


def _facts(facts: list[Mapping[str, Any]]) -> str:
    return "".join(
        f"- {fact['first'][:16].replace('T', ' ')}: {fact['story']} "
        f"(`{fact['id']}`, {fact['tuples']:,} tuples)\n"
        for fact in sorted(facts, key=lambda f: str(f["first"]))
    )


def _oddity(oddity: Mapping[str, Any]) -> str:
    kind = oddity["kind"]
    return f"- {kind[0].upper()}{kind[1:]}: {oddity.get('story') or '`' + oddity['raw'] + '`'}\n"
