"""Columns between pandas and Arrow: texts as numbers on the way in, the stated types on the way out."""

from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from nsgkit import schema
from nsgkit.errors import NsgkitError
from nsgkit.schema.columns import as_text

Dtype: TypeAlias = Any
_ARROW = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError)


def categories(values: "pd.Series[Any]") -> pd.Categorical:
    """Return a column as pandas' categories, as it is where it is that already."""
    ready = isinstance(values.dtype, pd.CategoricalDtype)
    found: pd.Categorical = values.array if ready else values.astype("category").array
    return found


def arrow_column(values: "pd.Series[Any]", texts: "pd.Index[Any] | None") -> "pa.Array[Any]":
    """Return a pandas column as Arrow has it; where `texts` are given, as their places among them.

    >>> arrow_column(pd.Series(["b", None, "a"]), pd.Index(["a", "b"])).to_pylist()
    [1, None, 0]
    """
    if texts is None:
        try:
            return pa.array(values, from_pandas=True)
        except _ARROW as error:
            raise NsgkitError(
                f"The column {values.name} holds what cannot be grouped ({values.dtype}). Make texts of it, "
                f"such as table.assign({values.name}=table[{str(values.name)!r}].astype('str'))."
            ) from error
    coded = categories(values)
    found = coded.codes
    if not texts.equals(coded.categories):
        place = np.append(texts.get_indexer(coded.categories), -1)
        found = place.astype(np.min_scalar_type(-len(texts) - 1))[found]
    unknown = found < 0
    return pa.array(found, mask=unknown if unknown.any() else None)


def pandas_column(values: Any, dtype: Dtype, texts: "pd.Index[Any] | None") -> Any:
    """Return Arrow's column in a type of pandas: None is whatever it holds. `texts` decode numbers."""
    if texts is not None:
        values = pa.DictionaryArray.from_arrays(
            values.cast(pa.int32()).combine_chunks(), pa.array(texts, pa.string())
        )
    if dtype is None:
        return _as_held(values)
    if isinstance(dtype, pd.CategoricalDtype) or dtype in (schema.TEXT, "str"):
        return _text(values, dtype)
    if dtype == schema.TIME:
        return _times(values)
    if str(dtype).startswith(("Int", "UInt")):
        return values.cast(pa.int64()).to_pandas(types_mapper=lambda _: pd.Int64Dtype()).astype(dtype)
    return values.to_pandas().astype(dtype)


def _as_held(values: Any) -> Any:
    """Return a column of an analyst's own, in the type that has room for nulls."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return _text(values, "str")
    if pa.types.is_integer(kind):
        return pandas_column(values, "Int64", None)
    if pa.types.is_timestamp(kind):
        return _times(values) if kind.tz else values.cast(pa.timestamp("ms"), safe=False).to_pandas()
    found = values.to_pandas()
    return found.astype("boolean") if pa.types.is_boolean(kind) else found


def _text(values: Any, dtype: Dtype) -> Any:
    if pa.types.is_integer(values.type):
        raise TypeError("Numbers were to be texts: only Rows.with_copies may rename a coded column.")
    if dtype == "str":
        return as_text(values.cast(pa.string()).to_pandas())
    if not pa.types.is_dictionary(values.type):
        values = values.cast(pa.string()).dictionary_encode()
    found = pd.Series(values.to_pandas())
    # Which row comes first may differ from run to run, the table must not. To pandas, every type of
    # categories equals "category", and one whose categories stand in another order.
    closed = isinstance(dtype, pd.CategoricalDtype)
    return found.cat.set_categories(dtype.categories if closed else found.cat.categories.sort_values())


def _times(values: Any) -> Any:
    if pa.types.is_integer(values.type):
        values = values.cast(pa.int64()).cast(pa.timestamp("ms", tz="UTC"))
    return values.cast(pa.timestamp("ms", tz="UTC"), safe=False).to_pandas().astype(schema.TIME)
