"""A world of the sample, made and read, and what is wrong in it: of a few in the tests, of any number here.

python -m tests.sample.worlds 20      of twenty worlds: each planted fact found, each story's figures counted
python -m tests.sample.worlds 6 --days 4 --nics 12 --internet      of larger ones
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import NamedTuple

import pandas as pd

import nsgkit
from nsgkit.sample import write_samples
from nsgkit.sample.world import World, the_world

WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


BESIDE = ("README.md", "feed.csv", "nsg.json", "nics.json", "known.toml", "network.toml")


class Played(NamedTuple):
    """A world, its logs as an analyst reads them, and what lies beside."""

    world: World
    flows: pd.DataFrame
    blobs: pd.DataFrame
    rejects: pd.DataFrame
    truth: dict
    files: dict


def played(seed, **how):
    with tempfile.TemporaryDirectory() as folder:
        write_samples(folder, seed, **how)
        logs = nsgkit.read_logs(folder)
        beside = {name: Path(folder, name).read_text("utf-8") for name in BESIDE}
        truth = json.loads(Path(folder, "truth.json").read_text("utf-8"))
    return Played(the_world(seed, **how), logs.flows, logs.blobs, logs.rejects, truth, beside)


def belonging(flows, fact):
    """Return a fact's rows, found by what truth.json says of it."""
    rows = flows[flows["time"].between(pd.Timestamp(fact["first"]), pd.Timestamp(fact["last"]))]
    for column, values in fact["entities"].items():
        rows = rows[rows[column].isin(values)]
    return rows


def harmful(truth):
    return {fact["kind"]: fact for fact in truth["facts"] if not fact["harmless"]}


def one_view(rows):
    """Return the rows of one NIC: a connection inside the company is logged at both ends."""
    return rows[rows["mac"] == rows["mac"].iloc[0]]


def gigabytes(rows, column):
    return f"{one_view(rows)[column].sum() / 1e9:.1f}"


def figures(played):
    """Yield each harmful fact with the figures of its story, counted in its rows a second way."""
    facts = [fact for fact in played.truth["facts"] if not fact["harmless"]]
    before = None
    for fact in facts:
        rows = belonging(played.flows, fact)
        yield fact, _FIGURES[fact["kind"]](rows, before, fact)
        before = rows


def _spelled(number):
    return WORDS[number] if number < len(WORDS) else str(number)


def _minutes(span):
    number = round(span.total_seconds() / 60)
    return {30: "half an hour", 60: "an hour"}.get(number, f"{_spelled(number)} minutes")


def _probed(rows, before, fact):
    return [f"port {rows['dst_port'].iloc[0]} ", f"{_spelled(rows['dst_ip'].nunique())} public machines"]


def _scanned(rows, before, fact):
    waited = rows["time"].min() - before["time"].max()
    return [f"{_minutes(waited)} later", f"tries {rows['dst_port'].nunique()} ports"]


def _opened(rows, before, fact):
    """The rule's own hour is in no row: the contractor connects six minutes later, perhaps after noise."""
    contractor = rows[rows["src_ip"].str.startswith("192.0.2.")]
    opened = contractor["time"].min() - pd.Timedelta("6min4s")
    return [f"at {opened:%H:%M} "]


def _guessed(rows, before, fact):
    return ["one small connection after the other"]


def _inside(rows, before, fact):
    return [f"a session of {_minutes(rows['time'].max() - rows['time'].min() - pd.Timedelta('9s'))}"]


def _called_home(rows, before, fact):
    gaps = rows.loc[rows["state"] == "begin", "time"].sort_values().diff().dt.total_seconds()
    return [f"about every {_spelled(round(gaps.median() / 60))} minutes"]


def _swept(rows, before, fact):
    span = rows["time"].max() - rows["time"].min()
    under = f"{_spelled(int(span.total_seconds() // 60) + 1)} minutes"
    return [f"{rows['dst_ip'].nunique()} addresses in under {under}"]


def _moved(rows, before, fact):
    if fact["id"] == "collection":
        return [f"{gigabytes(rows, 'bytes_dst_to_src')} GB come back"]
    if fact["id"] == "remote-command":
        return [f"for {_minutes(rows['time'].max() - rows['time'].min())}"]
    return []


def _laid_down(rows, before, fact):
    return [f"lays {gigabytes(rows, 'bytes_src_to_dst')} GB"]


def _sent(rows, before, fact):
    return [f"uploads {gigabytes(rows, 'bytes_src_to_dst')} GB"]


_FIGURES = {
    "probe": _probed, "vertical scan": _scanned, "denied attempts": lambda *_: [], "rule opened": _opened,
    "brute force": _guessed, "brute force succeeded": _inside, "beacon": _called_home,
    "horizontal scan": _swept, "lateral movement": _moved, "staging": _laid_down, "large upload": _sent,
}  # fmt: skip


def missing(played):
    """Yield each fact that plain pandas does not find as truth.json states it."""
    for fact in played.truth["facts"]:
        rows = belonging(played.flows, fact)
        ends = [f"{when:%FT%T}" for when in (rows["time"].min(), rows["time"].max())] if len(rows) else []
        if (len(rows), ends) != (fact["tuples"], [fact["first"][:19], fact["last"][:19]]):
            yield f"{fact['id']}: {len(rows)} rows, not {fact['tuples']}; {ends}"


def untrue(played):
    """Yield each story that says another figure than its rows do."""
    for fact, said in figures(played):
        story = fact["story"].lower()
        yield from (
            f"{fact['id']}: {story!r} does not say {text!r}" for text in said if text.lower() not in story
        )


def miscounted(played):
    """Yield each total that reading does not give."""
    totals, flows, blobs = played.truth["totals"], played.flows, played.blobs
    read = {
        "blobs": len(blobs), "rows": len(flows), "tuples": blobs["tuples"].sum(),
        "rejects": played.rejects["tuple"].notna().sum(), "unread": blobs["unread"].sum(),
    }  # fmt: skip
    yield from (
        f"{name}: {count} read, not {totals[name]}" for name, count in read.items() if count != totals[name]
    )


def _given():
    parser = argparse.ArgumentParser(prog="python -m tests.sample.worlds")
    parser.add_argument("seeds", type=int)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--nics", type=int, default=8)
    parser.add_argument("--internet", action="store_true")
    return vars(parser.parse_args())


if __name__ == "__main__":
    how = _given()
    for seed in range(1, how.pop("seeds") + 1):
        one = played(seed, **how)
        wrong = [*missing(one), *untrue(one), *miscounted(one)]
        print(f"world {seed}: {one.world.plot.outcome}, {len(one.truth['facts'])} facts, {len(wrong)} wrong")
        print(*wrong, sep="\n", end="\n" if wrong else "")
