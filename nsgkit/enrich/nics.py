"""Which addresses are a NIC's own: what it sends from, and what it is called at."""

from contextlib import suppress
from ipaddress import ip_address, ip_network

import narwhals as nw
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.facts import ENDS
from nsgkit.schema.relations import found_once

_NEEDED = ("mac", "direction", *ENDS)
NIC_SUBNET = {4: 24, 6: 64}  # bits of what is taken for the subnet of a NIC's address


def nic_addresses(table: object) -> pd.DataFrame:
    """Return each NIC's own addresses, and in how many rows: mac, address, rows; the most frequent first.

    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> nic_addresses(logs).drop_duplicates("mac").set_index("mac")["address"]["0022489C3104"]
    '10.30.1.4'
    """
    held = as_table(table)
    require_columns(_NEEDED, held)
    return found_once(held, "nic_addresses", lambda: _counted(held)).copy()


def _counted(held: Native) -> pd.DataFrame:
    rows = Rows.of(held, _NEEDED, coded=["mac", *ENDS])
    parts = []
    for direction, end in (("outbound", "src_ip"), ("inbound", "dst_ip")):
        seen = rows.filter(nw.col("direction") == direction)
        counted = seen.aggregate(["mac", end], rows=nw.len().cast(nw.Int64))
        collected = counted.collect({"mac": "str", end: "str", "rows": "int64"})
        parts.append(collected.rename(columns={end: "address"}))
    together = pd.concat(parts).dropna().groupby(["mac", "address"])["rows"].sum().reset_index()
    return together.sort_values(["rows", "mac", "address"], ascending=[False, True, True], ignore_index=True)


def nic_subnets(addresses: pd.DataFrame) -> list[str]:
    """Return the subnet of each NIC's most frequent address of each family."""
    found: dict[tuple[str, int], str] = {}
    for mac, text in zip(addresses["mac"].tolist(), addresses["address"].tolist(), strict=True):
        version = 6 if ":" in text else 4
        if (mac, version) in found:
            continue
        with suppress(ValueError):
            found[mac, version] = str(ip_network((ip_address(text), NIC_SUBNET[version]), strict=False))
    return [*found.values()]
