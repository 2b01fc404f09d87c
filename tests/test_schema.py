"""The schema is the one place that states the flow table, and everything agrees with it."""

import pandas as pd
import pytest

import nsgkit
from nsgkit import schema
from nsgkit.analyses.filters.grammar import FIELDS
from nsgkit.errors import MissingColumnError
from nsgkit.schema import Column


@pytest.mark.parametrize("name", ["flows", "rejects", "blobs"])
def test_empty_table_has_the_types_of_a_full_one(name):
    logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    table, full = getattr(schema, name.upper()), getattr(logs, name)
    assert list(full.columns) == [c.name for c in table]
    kinds = lambda frame: [d if isinstance(d, str) else getattr(d, "name", str(d)) for d in frame.dtypes]  # noqa: E731
    assert kinds(schema.empty(table)) == kinds(full)


def test_only_nullable_columns_hold_nulls():
    logs = nsgkit.read_logs("data/samples")
    for table, frame in (
        (schema.FLOWS, logs.flows),
        (schema.REJECTS, logs.rejects),
        (schema.BLOBS, logs.blobs),
    ):
        with_nulls = set(frame.columns[frame.isna().any()])
        assert with_nulls <= {c.name for c in table if c.nullable}


def test_closed_columns_hold_their_values_only():
    flows = nsgkit.read_logs("data/samples").flows
    for column in schema.FLOWS:
        if column.closed:
            assert flows[column.name].cat.categories.tolist() == column.values


def test_fields_stand_where_the_formats_have_them():
    places = {c.name: (c.nsg_v1, c.nsg_v2, c.vnet_v4) for c in schema.TUPLE_COLUMNS}
    assert places["decision"] == (7, 7, 7)
    assert places["encryption"] == (None, None, 8)
    assert sorted(v2 for _, v2, _ in places.values() if v2 is not None) == list(range(13))


def test_every_column_says_what_it_means():
    for column in (*schema.FLOWS, *schema.REJECTS, *schema.BLOBS):
        assert column.meaning.endswith(".") and column.label


def test_a_missing_column_names_its_remedy():
    with pytest.raises(
        MissingColumnError, match=r"no column country. Make it with nsgkit.enrich.country\(\)"
    ):
        schema.require(["time"], ["time", "country"], "nsgkit.enrich.country")


def test_typed_keeps_a_missing_text_missing():
    frame = pd.DataFrame({c.name: [None] for c in schema.REJECTS}).assign(blob="b", reason="r")
    assert schema.typed(frame, schema.REJECTS)["raw"].isna().all()


TABLES = {name: getattr(schema, name) for name in schema.__all__ if isinstance(getattr(schema, name), tuple)}
PUBLIC = {name: table for name, table in TABLES.items() if isinstance(table[0], Column)}


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_table_says_what_each_column_means(name):
    assert all(c.meaning.endswith(".") and c.label for c in PUBLIC[name])


def test_a_filter_knows_each_word_that_the_schema_gives_it():
    words = {c.filter_word for table in PUBLIC.values() for c in table} - {""}
    assert words <= FIELDS.keys()


def test_one_column_has_one_name_for_every_reader():
    assert (schema.label("peers"), schema.spoken("peers")) == ("Distinct peers", "distinct peers")
    assert schema.spoken_list(["acl", "mac", "dst_ip"]) == "NSG, NIC and destination address"


def test_a_column_of_the_analyst_s_own_is_called_by_its_name():
    assert (schema.label("own_team"), schema.spoken("own_team")) == ("Own team", "own team")
