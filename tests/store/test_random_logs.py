"""The random logs are worth their name: they can be read, and among them is all that they promise."""

import random
from itertools import pairwise

import nsgkit
from tests.store.random_logs import MOMENTS, folder_of, growing, write


def read(files, folder):
    return nsgkit.read_logs(write(files, folder))


def test_every_folder_can_be_read_and_holds_a_row(tmp_path):
    assert all(len(read(folder_of(random.Random(seed)), tmp_path).flows) for seed in range(15))


def test_among_them_are_all_versions_states_and_kinds_of_conversations(tmp_path):
    seen = set()
    for seed in range(40):
        logs = read(folder_of(random.Random(seed)), tmp_path)
        table = nsgkit.conversations(logs)
        seen |= {*logs.flows["version"], *table["state"].dropna(), *table["counted_by"].dropna()}
        seen |= {name for name in ("folded", "stateless") if table[name].any()}
        seen |= {"rejects"} & {*(["rejects"] if len(logs.rejects) else [])}
        seen |= {"torn"} & {*(["torn"] if not logs.blobs["complete"].all() else [])}
        seen |= {"days"} & {*(["days"] if (table["duration"] > 86_400).any() else [])}
    wanted = {1, 2, 4, "closed", "open", "orphan", "denied", "begin", "end", "row", "folded", "stateless"}
    assert wanted | {"rejects", "torn", "days"} <= seen


def test_a_growing_folder_grows_and_loses(tmp_path):
    moments = growing(random.Random(3))
    rows = [len(read(files, tmp_path).flows) for files in moments]
    assert len(rows) == MOMENTS
    assert max(rows) > rows[0] >= 1
    assert any({*before} - {*after} for before, after in pairwise(moments))


def test_a_blob_of_a_growing_folder_is_replaced():
    moments = growing(random.Random(3))
    assert any(
        not after[name].startswith(before[name][:-2])  # what closes a blob moves as it grows
        for before, after in pairwise(moments)
        for name in {*before} & {*after}
    )
