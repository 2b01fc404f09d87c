"""What is usually at a port: the service's name, and whether administrators use it."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.schema.ports import MANAGEMENT_PORTS, SERVICES

_PORTS = ("src_port", "dst_port")
_NO_PORT = 1 << 16


def port(table: Any) -> Native:
    """Return `table` with what is usually at its ports: src_service, dst_service, and whether it is a door.

    `dst_service` is the name that analysts and filters use, such as "ssh", or null where the port is none of
    a service that has a name here. `dst_administrative` says whether it is a port of administrators or of a
    database, as `nsgkit.detections.exposed_ports` takes them; null where the port is not known. The same
    for the source.

    A name says a port and no more: what listens there can be anything. A source port has a name mostly by
    chance. Below 1024 it is usually a late answer: the source is the service, and was called before.

    Parameters
    ----------
    table : table
        Any with `src_port` and `dst_port`: the flow table, or what `nsgkit.conversations` gives.

    Returns
    -------
    table
        As `table` is, with the same rows and four columns more.

    Raises
    ------
    MissingColumnError
        Where the table has no such column.

    Examples
    --------
    >>> told = port(pd.DataFrame({"src_port": [50_123, 443], "dst_port": [3389, 50_124]}))
    >>> told["dst_service"].tolist()[0], told["dst_administrative"].tolist(), told["src_service"].tolist()[1]
    ('rdp', [True, False], 'https')

    Source: IANA, Service Name and Transport Protocol Port Number Registry
    (https://www.iana.org/assignments/service-names-port-numbers).
    """
    held = as_table(table)
    require_columns(_PORTS, held)
    if not isinstance(held, pd.DataFrame):
        return _in_engine(held)
    told: dict[str, Any] = {}
    for name in _PORTS:
        ports = held[name].to_numpy(dtype="int64", na_value=-1)
        ports = np.where((ports >= 0) & (ports < _NO_PORT), ports, _NO_PORT)
        end = name.removesuffix("_port")
        told[f"{end}_service"] = _services(ports)
        administrative = pd.arrays.BooleanArray(_ADMINISTRATIVE[ports], held[name].isna().to_numpy())
        told[f"{end}_administrative"] = administrative
    return held.assign(**told)


def _in_engine(held: Native) -> Native:
    rows, told = Rows.of(held), dict[str, Any]()
    for name in _PORTS:
        end = name.removesuffix("_port")
        named = [nw.when(nw.col(name).is_in([*at])).then(nw.lit(what)) for what, at in SERVICES.items()]
        told[f"{end}_service"] = nw.coalesce(*named)
        told[f"{end}_administrative"] = nw.col(name).is_in([*MANAGEMENT_PORTS])
    return rows.with_columns(**told).select(*held.columns, *told).native(held)


def _services(ports: "np.ndarray[Any, np.dtype[np.int64]]") -> pd.Categorical:
    return pd.Categorical.from_codes(_SERVICE_CODES[ports], pd.Index(_NAMES, dtype="str"))


# One place for each port, and one behind them for a port that is not known.
_NAMES = sorted(SERVICES)
_SERVICE_CODES = np.full(_NO_PORT + 1, -1, dtype="int8")
for _code, _name in enumerate(_NAMES):
    _SERVICE_CODES[[*SERVICES[_name]]] = _code
_ADMINISTRATIVE = np.zeros(_NO_PORT + 1, dtype="bool")
_ADMINISTRATIVE[[*MANAGEMENT_PORTS]] = True
