"""A store whose making was killed at a random moment is whole after the next run."""

from tests.store.kills import kills


def test_killed_and_run_again_the_store_is_equal_to_the_files():
    killed, wrong = kills(6, seed=1)
    assert killed >= 6
    assert wrong == {}
