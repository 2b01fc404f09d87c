"""Conversations of somebody who calls again and again: begin and end rows of NSG logs, version 2."""

import pandas as pd

import nsgkit
from tests.frames import flows

START = pd.Timestamp("2024-12-19", tz="UTC")
HOST, AWAY = "10.0.0.4", "192.0.2.7"
DAY = 86_400


def at(second):
    return f"{START + pd.Timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}"


def lines(seconds, *, src=HOST, dst=AWAY, port=443, sent=300, back="9/900", lasts=1):
    """Answered calls; `back` "0/0" are unanswered. `sent` may be a function of the call's number."""
    for i, second in enumerate(seconds):
        size = sent(i) if callable(sent) else sent
        ends = f"{src}:{20_000 + i % 40_000} {dst}:{port} TCP O A"
        yield f"{at(second)} {ends} B"
        yield f"{at(second + lasts)} {ends} E 3/{size} {back}"


def denied(seconds, *, src=HOST, dst=AWAY, port=443):
    for i, second in enumerate(seconds):
        yield f"{at(second)} {src}:{20_000 + i % 40_000} {dst}:{port} TCP O D B"


def conversations(*parts):
    return nsgkit.conversations(flows("\n".join(line for part in parts for line in part)))


def every(step, first=0, until=DAY):
    return range(first, until, step)
