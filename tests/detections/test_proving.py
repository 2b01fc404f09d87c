"""What proves a finding reads as the list that it stands for."""

import pickle

import pandas as pd

from nsgkit.detections.proving import places_of

TABLE = pd.DataFrame({"blob": ["a", "b", "a"], "record": [0, 1, 300], "tuple": [5, 6, 70_000]})
ROWS = [("a", 0, 5), ("b", 1, 6), ("a", 300, 70_000)]


def places(*ends):
    return places_of(TABLE, ends)


def test_it_equals_the_list_and_no_other():
    assert places(2, 3) == [ROWS[:2], ROWS[2:]]
    assert places(3)[0] != ROWS[:2] and places(3)[0] != tuple(ROWS)


def test_one_part_and_the_last_are_read_as_of_a_list():
    (whole,) = places(3)
    assert (whole[0], whole[-1], whole[1:], whole[::-1]) == (ROWS[0], ROWS[-1], ROWS[1:], ROWS[::-1])
    assert ROWS[1] in whole and repr(whole) == repr(ROWS)


def test_pandas_spreads_it_into_rows():
    spread = pd.Series(places(2, 3), dtype="object").explode()
    assert spread.tolist() == ROWS and spread.index.tolist() == [0, 0, 1]


def test_a_table_is_made_of_it():
    made = pd.DataFrame(places(3)[0], columns=["blob", "record", "tuple"])
    pd.testing.assert_frame_equal(made, TABLE)


def test_it_is_the_same_after_a_pickle():
    assert pickle.loads(pickle.dumps(places(2, 3))) == places(2, 3)


def test_none_of_none():
    assert places_of(TABLE[:0], []) == []
