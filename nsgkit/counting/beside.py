"""Facts that were found in pandas, beside rows that stay with DuckDB."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from nsgkit.counting.engine import new_file
from nsgkit.counting.frame import Native, as_table
from nsgkit.counting.sql import of_file
from nsgkit.schema.relations import TURN


def beside(table: object, facts: pd.DataFrame, on: Sequence[str]) -> Native:
    """Return DuckDB's rows with what `facts` says of them: it has each combination of the columns `on` once.

    DuckDB joins its rows only with tables of the same connection: so the facts lie in a file.

    >>> from nsgkit.counting.engine import connect
    >>> rows = connect().sql("SELECT '10.0.0.4' AS src_ip")
    >>> told = beside(rows, pd.DataFrame({"src_ip": ["10.0.0.4"], "name": ["WEB1"]}), ["src_ip"])
    >>> told.to_arrow_table().to_pylist()
    [{'src_ip': '10.0.0.4', 'name': 'WEB1'}]
    """
    held, path = as_table(table), new_file()
    texts = facts.astype(dict.fromkeys(facts.select_dtypes("category").columns, "str"))
    pq.write_table(pa.Table.from_pandas(texts, preserve_index=False), path)
    alike = " AND ".join(f'rows."{column}" IS NOT DISTINCT FROM facts."{column}"' for column in on)
    added = [column for column in facts.columns if column not in on]
    columns = [*(f'rows."{name}"' for name in held.columns), *(f'facts."{name}"' for name in added)]
    with TURN:
        known = of_file(held, path).set_alias("facts")
        joined = held.set_alias("rows").join(known, alike, "left")
        return joined.project(", ".join(columns))
