"""The case of a company: a world that suits the question, its logs, and what its maker knows of it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

import pandas as pd

from nsgkit.enrich.network import Network, own_networks
from nsgkit.sample.company.naming import Naming
from nsgkit.sample.company.network import NETWORKS
from nsgkit.sample.plot import THEFT
from nsgkit.sample.randomness import integer
from nsgkit.sample.world import World, the_world
from nsgkit.training.companies import Company, made
from nsgkit.training.exercise import Case

SAME_COMPANY = "company"  # what exercises share that ask about the company of a lesson
_SEEDS = 2**53  # so many that the seed of a company cannot be found by trying


def entered(world: World) -> bool:
    """Return whether somebody got into the company."""
    return world.plot.entered


def robbed(world: World) -> bool:
    """Return whether something was taken."""
    return world.plot.outcome == THEFT


def company_case(rng: Random, suits: Callable[[World], bool] = lambda _: True) -> Case | None:
    """Return the case of the company that the dice give; None where it does not suit the question.

    Its facts are `world`, and `truth`, what the world's truth.json says. What else is drawn from the dice
    for a question is drawn after it, so that all questions of a lesson are about the same company.
    """
    seed = integer(rng, 1, _SEEDS)
    world = the_world(seed)
    if not suits(world):
        return None
    company, truth = made(seed)
    return Case((), {"world": world, "truth": truth}, company=company, words=world.naming.said)


class Seen(NamedTuple):
    """A company's tables with its machines as scenes know them: its logs give them other addresses."""

    flows: pd.DataFrame
    conversations: pd.DataFrame
    network: Network
    blobs: pd.DataFrame


def company_of(case: Case) -> Seen:
    """Return what a mistake is made on: the tables of the company that a case asks about."""
    if case.company is None:
        raise TypeError("a case of a few rows has no company")
    return _seen(case.company, world_of(case).naming)


@lru_cache(4)
def _seen(company: Company, naming: Naming) -> Seen:
    flows, calls = (_meant(table, naming) for table in (company.logs.flows, company.conversations))
    network = own_networks(flows, [each.prefix for each in NETWORKS])
    return Seen(flows, calls, network, company.logs.blobs)


def _meant(table: pd.DataFrame, naming: Naming) -> pd.DataFrame:
    """Return a table with the sample's own addresses and MACs; each that differs is put there once."""
    known = {}
    for column in ("src_ip", "dst_ip", "mac"):
        if column in table:
            values = table[column].astype("category")
            named = [naming.meant(each) for each in values.cat.categories]
            known[column] = values.cat.rename_categories(named)
    return table.assign(**known)


def world_of(case: Case) -> World:
    """Return the world that a company's logs were made in."""
    found: World = case.facts["world"]
    return found


def facts(case: Case, kind: str) -> list[Mapping[str, Any]]:
    """Return what truth.json says of all that is planted of one kind."""
    return [fact for fact in case.facts["truth"]["facts"] if fact["kind"] == kind]


def fact(case: Case, kind: str, *, harmless: bool = False) -> Mapping[str, Any]:
    """Return the one planted thing of a kind that is harmless, or is not; the first of several."""
    return next(each for each in facts(case, kind) if each["harmless"] == harmless)


def when(ms: int) -> pd.Timestamp:
    """Return a time of a world, in milliseconds since 1970, as answers read it."""
    return pd.Timestamp(ms, unit="ms", tz="UTC")
