"""The schema is the one place that states the flow table, and everything agrees with it."""

import pandas as pd
import pytest

import nsgkit
from nsgkit import schema
from nsgkit.analyses.filters.grammar import FIELDS
from nsgkit.errors import MissingColumnError
from nsgkit.flows.parse.tuples import BadTupleError, read_tuple
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


def test_the_dictionary_says_where_a_field_tells_two_columns():
    places = schema.dictionary().set_index("column")
    assert places.loc["decision", ["NSG v1", "NSG v2", "VNet v4"]].tolist() == ["8", "8", "8, from the state"]
    assert places.loc["state", ["NSG v1", "NSG v2", "VNet v4"]].tolist() == ["", "9", "8"]


# A tuple of each family with its version, and the place of each coded field.
TUPLES = {
    "NSG": ("1734601416,10.0.0.4,10.0.1.5,51318,443,T,I,A,B,,,,", 2),
    "VNet": ("1734601416000,10.0.0.4,10.0.1.5,51318,443,6,I,B,NX,0,0,0,0", 4),
}
CODE_PLACES = {
    "NSG": {"protocol": 5, "direction": 6, "decision": 7, "state": 8},
    "VNet": {"protocol": 5, "direction": 6, "state": 7, "encryption": 8},
}


def put(code, column, family):
    """The row that the parser makes of a tuple with this code in this field."""
    text, version = TUPLES[family]
    fields, place = text.split(","), CODE_PLACES[family][column]
    return read_tuple(",".join([*fields[:place], code, *fields[place + 1 :]]), version)


@pytest.mark.parametrize(
    "told", [*schema.codes().itertuples(index=False)], ids=lambda told: "-".join(told[:3])
)
def test_each_code_is_read_as_the_table_of_codes_says(told):
    row = put("Q" if told.code == "anything else" else told.code, told.column, told.family)
    if told.column == "protocol":
        assert schema.IANA_PROTOCOLS[str(row.protocol)] == told.meaning
    elif told.column == "encryption":
        assert (row.encryption, told.meaning) == (told.code, schema.ENCRYPTION[told.code])
    elif told.meaning.startswith("denied, "):
        assert (schema.column("decision").values[row.decision], row.state) == ("denied", -1)
    else:
        assert schema.column(told.column).values[getattr(row, told.column)] == told.meaning


@pytest.mark.parametrize(("family", "column"), [(f, c) for f, places in CODE_PLACES.items() for c in places])
def test_no_letter_or_number_is_missing_in_the_table_of_codes(family, column):
    """Where a field is closed, the parser takes what the table has, and nothing else."""
    table = schema.codes().query("family == @family and column == @column")
    if column in ("decision", "encryption") or (family, column) == ("VNet", "protocol"):
        assert len(table) > 2  # these fields take other words and numbers too
        return
    taken = []
    for code in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        try:
            put(code, column, family)
        except BadTupleError:
            continue
        taken.append(code)
    assert taken == sorted(table["code"])
