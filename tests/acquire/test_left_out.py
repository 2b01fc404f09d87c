"""What is left out is told the same whatever came first, and shows no hidden character."""

from nsgkit.acquire.left_out import OTHER_NAMES, LeftOut


def test_the_name_that_is_told_does_not_depend_on_the_order():
    told = []
    for names in (("b", "a\u202e", "c"), ("c", "b", "a\u202e")):
        left_out = LeftOut()
        for name in names:
            left_out.saw(OTHER_NAMES, name)
        told += left_out.sentences()
    assert set(told) == {r"3 blobs are not named like flow logs and were left out, such as a\u202e."}
