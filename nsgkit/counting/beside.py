"""Facts that were found in pandas, beside rows that stay with DuckDB."""

from collections.abc import Sequence
from itertools import count

import pandas as pd
import pyarrow as pa

from nsgkit.counting.frame import Native, as_table

_numbers = count()


def beside(table: object, facts: pd.DataFrame, on: Sequence[str]) -> Native:
    """Return DuckDB's rows with what `facts` says of them: it has each combination of the columns `on` once.

    DuckDB joins its rows only with tables of the same connection: so the facts become one.

    >>> from nsgkit.counting.engine import connect
    >>> rows = connect().sql("SELECT '10.0.0.4' AS src_ip")
    >>> told = beside(rows, pd.DataFrame({"src_ip": ["10.0.0.4"], "name": ["WEB1"]}), ["src_ip"])
    >>> told.to_arrow_table().to_pylist()
    [{'src_ip': '10.0.0.4', 'name': 'WEB1'}]
    """
    held, name = as_table(table), f"nsgkit_beside_{next(_numbers)}"
    texts = facts.astype(dict.fromkeys(facts.select_dtypes("category").columns, "str"))
    told = pa.Table.from_pandas(texts, preserve_index=False)  # noqa: F841 -- DuckDB finds it by its name
    held.limit(0).query(f"{name}_asked", f"CREATE TEMP TABLE {name} AS FROM told")
    known = held.limit(0).query(f"{name}_asked", f"FROM {name}").set_alias("facts")
    alike = " AND ".join(f'rows."{column}" IS NOT DISTINCT FROM facts."{column}"' for column in on)
    added = [column for column in facts.columns if column not in on]
    columns = [*(f'rows."{name}"' for name in held.columns), *(f'facts."{name}"' for name in added)]
    joined = held.set_alias("rows").join(known, alike, "left")
    return joined.project(", ".join(columns))
