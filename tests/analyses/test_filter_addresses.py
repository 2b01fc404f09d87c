"""A filter's addresses: of many texts at once, the same as of each alone."""

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import nsgkit
from nsgkit.analyses.filters.grammar import parse
from nsgkit.analyses.filters.values import matches
from nsgkit.enrich.network import Network

TEXTS = [
    "10.0.0.4", "10.0.0.255", "10.0.1.0", "9.255.255.255", "0.0.0.0", "255.255.255.255", "10.0.0.04",
    "10.0.0.0/24", "10.0.0.256", "::ffff:10.0.0.4", "2001:db8::1", "2001:db9::1", "xxx.xxx.xxx.xxx", "",
]  # fmt: skip
VALUES = [
    "10.0.0.4", "10.0.0.0/24", "10.0.0.0/23", "0.0.0.0/0", "255.255.255.255", "::/0", "2001:db8::/32",
    "xxx.xxx.xxx.xxx", "inside", "outside",
]  # fmt: skip
OWN = Network.of(["10.0.0.0/24", "2001:db8::/32"])


@given(st.lists(st.sampled_from(TEXTS), min_size=1), st.lists(st.sampled_from(VALUES), min_size=1))
@example(TEXTS, ["10.0.0.0/24", "2001:db8::/32", "xxx.xxx.xxx.xxx"])
def test_many_texts_at_once_are_kept_as_each_alone(texts, values):
    text = f"src:{','.join(values)}"
    test = matches(parse(text)[0], OWN)
    table = pd.DataFrame({"src_ip": texts})
    assert nsgkit.query(table, text, OWN)["src_ip"].tolist() == [each for each in texts if test(each)]


@pytest.mark.parametrize("value", VALUES)
def test_what_a_minus_keeps_is_all_the_rest(value):
    table = pd.DataFrame({"src_ip": [*TEXTS, None]})
    kept, rest = (nsgkit.query(table, f"{minus}src:{value}", OWN) for minus in ("", "-"))
    assert sorted([*kept.index, *rest.index]) == table.index.tolist()
