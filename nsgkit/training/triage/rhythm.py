"""What calls home: the destination and the beat of a beacon, among everything that beats as well."""

import pandas as pd

from nsgkit.sample.company.network import UPTIME
from nsgkit.sample.scenes import incident
from nsgkit.training.answers import ADDRESS, amount, together
from nsgkit.training.exercise import NOT_HERE, Case, Exercise, Slip
from nsgkit.training.triage.played import played
from nsgkit.training.triage.told import SAME_COMPANY, company_case, company_of, entered, fact, world_of

_BEACON = "06-suspicious-patterns.ipynb#A-machine-calls-home"


def _beat(case: Case) -> tuple[str, float]:
    """Return where it calls home to, and the median of the seconds between two calls, as they were put in."""
    control = str(fact(case, "beacon")["entities"]["dst_ip"][0])
    calls = [each.start for each in played(incident, world_of(case)) if each.dst == control]
    return control, float(pd.Series(sorted(calls)).diff().median() / 1_000)


def _of_rows(case: Case) -> tuple[str, float]:
    """Return the mean time from row to row of the beacon: its rows are taken for calls."""
    control = _beat(case)[0]
    times = company_of(case).flows.loc[company_of(case).flows["dst_ip"] == control, "time"]
    return control, (times.max() - times.min()).total_seconds() / (len(times) - 1)


def _best_known(case: Case) -> tuple[str, float]:
    """Return the outside address that most machines call, and the median time between calls of it."""
    calls, network = company_of(case).conversations, company_of(case).network
    calls = calls[network.is_inside(calls["src_ip"]) & ~network.is_inside(calls["dst_ip"])]
    known = str(calls.groupby("dst_ip", observed=True)["src_ip"].nunique().idxmax())
    times = calls.loc[calls["dst_ip"] == known, "first"].sort_values()
    return known, float(times.diff().dt.total_seconds().median())


BEACON = Exercise(
    name="beacon",
    level=3,
    skill="what calls home, and how often",
    ask="One machine inside calls an address outside again and again, as steadily as a program, and nobody "
    "else in the company knows that address. Which address is it, and how many seconds lie between the "
    "beginnings of two calls, by the median? Give the address and the number; within ten per cent is near "
    "enough.",
    kind=together(ADDRESS, amount(0.1)),
    make=lambda rng: company_case(rng, entered),
    right=_beat,
    code="nsgkit.detections.beacons(conversations, network=network).iloc[0][['dst_ip', 'interval']]",
    slips=(
        Slip(
            "rows-as-calls",
            _of_rows,
            "the address is the one; but you took the time between rows. A call writes more than one row, "
            "and begins once.",
            "04-traffic-distribution.ipynb#Counting-right",
        ),
        Slip(
            "monitoring-as-beacon",
            lambda case: (UPTIME, 60) if world_of(case).habits.uptime else NOT_HERE,
            "that one is regular, but it comes from outside and knocks at the shop: a monitoring service. A "
            "beacon is called from inside.",
            _BEACON,
        ),
        Slip(
            "well-known-as-beacon",
            _best_known,
            "that address is called by more of the company's machines than any other: a service that they "
            "use. What calls home is known to one of them.",
            _BEACON,
        ),
    ),
    hints=(
        "Look at connections that leave the company, by source and destination, and at the time from one to "
        "the next.",
        "Steady calls around the clock, from one machine, to an address that no other machine knows.",
        "nsgkit.detections.beacons(conversations, network=network) ranks them; the interval is a column.",
    ),
    why="Regular is not hostile: it is that one machine alone knows the address that makes it worth a look.",
    see=_BEACON,
    share=SAME_COMPANY,
)
