"""The shape of what a source tries: one port or many, of one machine or many."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random
from typing import Any

from nsgkit.sample.logging.connections import Connection
from nsgkit.sample.randomness import pick, shuffled
from nsgkit.sample.scenes.internet import NOISE, NOISE6
from nsgkit.sample.world import World
from nsgkit.training.answers import choice, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.denied import denied
from nsgkit.training.triage.told import SAME_COMPANY, company_case, world_of

_DOORS = "05-denied-flow-triage.ipynb#At-which-doors"
_LATE = "03-know-your-flow-log.ipynb#Rows-that-show-less-than-they-seem-to"
_FIELDS = "03-know-your-flow-log.ipynb#Every-field-of-every-format"

VERTICAL, HORIZONTAL, TARGETED, BLOCK = "vertical", "horizontal", "targeted", "block"
MOST = 0.8  # the share of a source's attempts that makes "one machine", or "one service"
_CLEAR = (0.6, 0.9)  # shares that nobody argues about, and that one attempt more or less does not move
_SHAPES = {
    (True, True): TARGETED,
    (True, False): VERTICAL,
    (False, True): HORIZONTAL,
    (False, False): BLOCK,
}
_SWAPPED = {VERTICAL: HORIZONTAL, HORIZONTAL: VERTICAL}
_FEWEST = 3  # attempts that have a shape

Part = Callable[[Connection], str | int]


def _machine(attempt: Connection) -> str:
    return attempt.dst


def _service(attempt: Connection) -> int:
    return attempt.dst_port


def _most(attempts: Iterable[Connection], part: Part) -> float:
    """Return the share of the attempts that are at the one machine, or service, that has most of them."""
    counts = Counter(map(part, attempts))
    return max(counts.values()) / counts.total()


def _shape(attempts: list[Connection], service: Part = _service, most: float = MOST) -> str:
    one_machine, one_service = _most(attempts, _machine) >= most, _most(attempts, service) >= most
    return _SHAPES[one_machine, one_service]


def _by_source(world: World) -> dict[str, list[Connection]]:
    """Return the denied attempts of each source."""
    found: dict[str, list[Connection]] = {}
    for attempt in denied(world):
        found.setdefault(attempt.src, []).append(attempt)
    return found


def _clear(attempts: list[Connection]) -> bool:
    """Return whether the attempts are enough for a shape, and well on one side of the line."""
    low, high = _CLEAR
    shares = [_most(attempts, part) for part in (_machine, _service)]
    return len(attempts) >= _FEWEST and not any(low < share < high for share in shares)


def _three_sources(rng: Random) -> Case | None:
    """Draw three sources: of the lookout, the guesser, noise of either family, and a workstation."""
    case = company_case(rng)
    if case is None:
        return None
    world = world_of(case)
    clear = {source for source, attempts in _by_source(world).items() if _clear(attempts)}
    groups = (
        (world.cast.lookout,),
        (world.cast.guesser,),
        NOISE,
        NOISE6,
        [host.ip for host in world.office],
    )
    pool = [pick(rng, there) for group in groups if (there := [each for each in group if each in clear])]
    return replace(case, asked={"sources": shuffled(rng, pool)[:3]})


def _told(case: Case, shape: Callable[[list[Connection]], str]) -> tuple[str, ...]:
    """Return the shape of each source's denied attempts, as somebody reads it."""
    attempts = _by_source(world_of(case))
    return tuple(shape(attempts[source]) for source in case.asked["sources"])


def _of_shapes(case: Case) -> tuple[str, ...]:
    return _told(case, _shape)


def _swapped(case: Case) -> tuple[str, ...]:
    return tuple(_SWAPPED.get(shape, shape) for shape in _of_shapes(case))


def _by_source_ports(case: Case) -> Any:
    led = _told(case, lambda attempts: _shape(attempts, lambda attempt: attempt.src_port))
    return _unless(led, _of_shapes(case))


def _by_all(case: Case) -> Any:
    return _unless(_told(case, lambda attempts: _shape(attempts, most=1)), _of_shapes(case))


def _at_either_end(case: Case) -> Any:
    """Return the shapes of all denied rows that name the address, as source or as destination."""
    every = denied(world_of(case))
    ends = [[each for each in every if source in (each.src, each.dst)] for source in case.asked["sources"]]
    led = tuple(map(_shape, ends))
    return _unless(led, _of_shapes(case), _swapped(case), _by_source_ports(case), _by_all(case))


def _unless(led: Any, *others: Any) -> Any:
    """Return what a mistake leads to, but where that is right here, or what another mistake leads to."""
    return NOT_HERE if led in others else led


NOISIEST = Exercise(
    name="noisiest",
    level=1,
    skill="the shape of what a source tries",
    ask="Look at all denied attempts of each of these three sources: sources = {sources}. What shape do they "
    "have? vertical: many services of one machine. horizontal: one service of many machines. targeted: one "
    "service of one machine. block: many services of many machines. A machine is a destination address, and "
    "a service is a destination port. 'One' means that at least four fifths of the source's denied attempts "
    "are at the same. Give three words, in the order of the sources.",
    kind=together(*[choice(VERTICAL, HORIZONTAL, TARGETED, BLOCK)] * 3),
    make=_three_sources,
    right=_of_shapes,
    code="[{(True, True): 'targeted', (True, False): 'vertical', (False, True): 'horizontal', "
    "(False, False): 'block'}[tuple(tried[column].value_counts(normalize=True).max() >= 0.8 for column in "
    "['dst_ip', 'dst_port'])] for tried in [nsgkit.query(conversations, f'denied src:{source}') for source "
    "in {sources}]]",
    slips=(
        Slip(
            "shapes-swapped",
            _swapped,
            "you have the words for the two kinds of lines the wrong way round. Draw a column for each "
            "machine and a row for each port: a line that goes upwards is at a single address.",
            _DOORS,
        ),
        Slip(
            "source-port-as-service",
            _by_source_ports,
            "you counted source ports. They are drawn anew for each attempt, whatever it is after: the "
            "service is the port that was called.",
            _FIELDS,
        ),
        Slip(
            "stray-as-shape",
            _by_all,
            "you let a few stray attempts decide. A source that knocks elsewhere a time or two, and then "
            "works through a list, is known by the list.",
            _DOORS,
        ),
        Slip(
            "either-end",
            _at_either_end,
            "you took every denied row that names the address. What others sent to it is not what it tried: "
            "look at the rows of which it is the source.",
            _LATE,
        ),
    ),
    hints=(
        "Take the denied attempts of one source at a time, and count them by destination address and by "
        "destination port.",
        "Each source is asked two questions: whether four fifths are at the same address, and whether four "
        "fifths are at the same port.",
        "nsgkit.query(conversations, 'denied src:…') has a source's attempts; value_counts(normalize=True) "
        "gives the shares.",
    ),
    why="The shape tells what a source is after: who tries everything is noise, however loud; who comes back "
    "to the same door wants that door.",
    see=_DOORS,
    share=SAME_COMPANY,
)
