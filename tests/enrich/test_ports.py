"""What is usually at a port: names and doors, one table for filters, facts and detections."""

import pandas as pd
import pytest

from nsgkit.detections.edges import ADMIN_PORTS
from nsgkit.enrich import port
from nsgkit.errors import MissingColumnError
from nsgkit.schema.ports import MANAGEMENT_PORTS, SERVICES, service_of
from tests.engines import connection

EVERY = pd.DataFrame({"src_port": range(65_536), "dst_port": range(65_535, -1, -1)}).astype("uint16")


def test_every_port_has_the_name_that_the_table_of_services_has():
    told = port(EVERY)
    names = [service_of(number) for number in range(65_536)]
    assert told["src_service"].astype("object").fillna("").tolist() == names
    assert told["dst_service"].astype("object").fillna("").tolist() == names[::-1]


def test_no_port_is_of_two_services():
    ports = [number for ports in SERVICES.values() for number in ports]
    assert len(ports) == len({*ports})


def test_the_doors_are_those_of_the_detections():
    told = port(EVERY)
    assert tuple(told[told["src_administrative"]]["src_port"]) == MANAGEMENT_PORTS
    assert {*ADMIN_PORTS} < {*MANAGEMENT_PORTS}


def test_the_ports_of_the_detections_are_what_they_were():
    assert ADMIN_PORTS == (22, 135, 139, 445, 1433, 3389, 5985, 5986)
    assert (
        22, 23, 135, 139, 445, 1433, 3306, 3389, 5432, *range(5800, 5811), 5900, 5985, 5986, 6379, 9200,
        27017,
    ) == MANAGEMENT_PORTS  # fmt: skip


def test_a_port_that_is_not_known_has_no_name_and_is_no_door():
    table = pd.DataFrame(
        {"src_port": pd.array([22, None], "Int64"), "dst_port": pd.array([None, 53], "Int64")}
    )
    told = port(table)
    assert told["src_service"].isna().tolist() == [False, True]
    assert told["dst_administrative"].isna().tolist() == [True, False]
    assert not told["dst_administrative"].iloc[1]


def test_duckdb_says_what_pandas_says():
    table = pd.DataFrame({"src_port": pd.array([22, None, 53], "Int64"), "dst_port": [443, 27017, 50_000]})
    held = connection()
    held.register("given", table)
    engine, plain = port(held.sql("SELECT * FROM given")).df(), port(table)
    assert [*engine] == [*plain]
    for name in ("src_service", "dst_service", "src_administrative", "dst_administrative"):
        first, second = (each[name].astype("object").fillna("").tolist() for each in (engine, plain))
        assert first == second


def test_an_empty_table_has_the_columns():
    told = port(pd.DataFrame({"src_port": [], "dst_port": []}, dtype="uint16"))
    assert {"src_service", "dst_service", "src_administrative", "dst_administrative"} <= {*told}


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="dst_port"):
        port(pd.DataFrame({"src_port": [1]}))
