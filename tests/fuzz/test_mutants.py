"""A slice of the mutants, and each single change of a record: the long run is `python -m tests.fuzz`."""

import random
from collections import Counter
from unittest.mock import patch

import pytest

from nsgkit.flows.parse import rows as parse
from nsgkit.flows.parse import tuples_fast as bulk
from tests.fuzz.__main__ import run
from tests.fuzz.check import differences
from tests.fuzz.mutants import every_change, mutant
from tests.fuzz.slow_reader import read_slowly


@pytest.mark.parametrize("version", [1, 2, 4])
def test_each_single_change_of_a_record_is_read_alike_and_loses_nothing(version):
    blobs = list(every_change(version, random.Random(version)))
    assert [(problem, blobs[i]) for i, problem in differences(blobs)] == []
    assert sum(read_slowly(data) is not None for data in blobs) == len(blobs) > 300


def test_mutants_are_read_in_every_way():
    ways = [(bulk, "convert"), (bulk, "_read_carefully"), (parse, "_with_odd"), (parse, "read_bodies")]
    taken = Counter()

    def counted(module, name):
        real = getattr(module, name)
        return patch.object(module, name, lambda *a, **k: taken.update([name]) or real(*a, **k))

    blobs = [mutant(random.Random(i), i) for i in range(60)]
    with counted(*ways[0]), counted(*ways[1]), counted(*ways[2]), counted(*ways[3]):
        assert list(differences(blobs, size=1)) == []
    assert taken["read_bodies"] > taken["_read_carefully"] > 0
    assert taken["_with_odd"] > 0 and taken["convert"] > taken["_read_carefully"]


def test_mutants_are_read_alike_and_lose_nothing(capsys):
    assert run(1500, seed="slice") == 0, capsys.readouterr().out
