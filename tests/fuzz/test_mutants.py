"""A slice of the mutants, and each single change of a record: the long run is `python -m tests.fuzz`."""

import random

import pytest

from tests.fuzz.__main__ import run
from tests.fuzz.check import differences
from tests.fuzz.mutants import every_change
from tests.fuzz.slow_reader import read_slowly


@pytest.mark.parametrize("version", [1, 2, 4])
def test_each_single_change_of_a_record_is_read_alike_and_loses_nothing(version):
    blobs = list(every_change(version, random.Random(version)))
    assert [(problem, blobs[i]) for i, problem in differences(blobs)] == []
    assert sum(read_slowly(data) is not None for data in blobs) == len(blobs) > 300


def test_mutants_are_read_alike_and_lose_nothing(capsys):
    assert run(1500, seed="slice") == 0, capsys.readouterr().out
