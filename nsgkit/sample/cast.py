"""Who plays in the incident: the outsiders, drawn from documentation ranges, and the machines they get at.

No outsider of the incident is ever a customer, a service that the company uses, or background noise, and no
two of them are in one country.
"""

from random import Random
from typing import NamedTuple

from nsgkit.sample.company.network import JUMP, OFFICE, WEB, WS1, Host
from nsgkit.sample.randomness import integer, pick, shuffled


class Cast(NamedTuple):
    """The outsiders by address, and two of the company's machines. As it stands, it is the sample's."""

    lookout: str = "198.51.100.201"  # tries doors, and does not come back
    guesser: str = "203.0.113.199"  # guesses the password
    control: str = "203.0.113.222"  # is called home to
    drop: str = "198.51.100.240"  # where the loot goes
    contractor: str = "192.0.2.191"  # whom the door is opened for
    prober: str = "198.51.100.81"  # background noise that a threat feed names all the same
    entered: Host = JUMP  # the machine with the open door
    desk: Host = WS1  # the workstation that is gone on to

    @property
    def reported(self) -> tuple[str, str, str]:
        """What a threat feed names: who guesses passwords, who is called home to, who only probes."""
        return self.guesser, self.control, self.prober


# Each a country of its own in geofeed.csv, with nothing else of the sample in it; the last has two.
_BLOCKS = (
    ("198.51.100", 130, 190),
    ("198.51.100", 225, 249),
    ("203.0.113", 193, 199),
    ("203.0.113", 225, 253),
)
_LAST_BLOCKS = (("198.51.100", 193, 222), ("203.0.113", 209, 222))
_CONTRACTORS = tuple(f"192.0.2.{n}" for n in range(190, 255) if n not in {200, 210, 230, 240})


def drawn_cast(rng: Random) -> Cast:
    """Return another cast: other outsiders, and other machines that they get at.

    >>> cast = drawn_cast(Random(1))
    >>> len({*cast[:6]})
    6
    """
    drop, lookout, guesser, control = (
        f"{block}.{integer(rng, low, high)}"
        for block, low, high in (*shuffled(rng, _BLOCKS)[:3], pick(rng, _LAST_BLOCKS))
    )
    contractor, prober = pick(rng, _CONTRACTORS), f"198.51.100.{integer(rng, 1, 126)}"
    entered, desk = pick(rng, (JUMP, JUMP, *WEB)), pick(rng, OFFICE)
    return Cast(lookout, guesser, control, drop, contractor, prober, entered, desk)
