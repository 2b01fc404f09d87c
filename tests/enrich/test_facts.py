"""A fact beside an address: in pandas and in an engine alike, however many values it has."""

import pandas as pd

from nsgkit.enrich.facts import with_facts
from tests.engines import connection

TABLE = pd.DataFrame(
    {"src_ip": [f"10.0.{n // 250}.{n % 250}" for n in range(1_100)] + [None], "dst_ip": "192.0.2.7"}
)


def own_name(texts):
    return {
        "self": [None if text.endswith("7") else text for text in texts],
        "none": [None] * len(texts),
        "most": [None if text.endswith("7") else "few" if text.endswith("1") else "most" for text in texts],
    }


def test_a_thousand_values_in_an_engine_are_those_of_pandas():
    held = connection()
    held.register("given", TABLE)
    told = with_facts(held.sql("SELECT * FROM given"), own_name).df().sort_values("src_ip", ignore_index=True)
    plain = with_facts(TABLE, own_name).sort_values("src_ip", ignore_index=True)
    assert [*told] == [*plain]
    for name in ("src_self", "dst_self", "src_none", "dst_none", "src_most", "dst_most"):
        first, second = (each[name].astype("object").fillna("").tolist() for each in (told, plain))
        assert first == second
