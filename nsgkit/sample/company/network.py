"""The company: Marsh Lane Books, a small bookseller with a web shop. All of it is made up.

Only the demo VM comes from somewhere else: its NSG, MAC and first record are those of the lab that
this kit grew out of.
"""

from typing import NamedTuple

SUBSCRIPTION = "D6549A66-C45C-4979-840C-3B356DA446B0"
REGION = "NORTHEUROPE"
PLATFORM = "168.63.129.16"  # the host itself: DNS, and the load balancer's probes


class Host(NamedTuple):
    """A machine with one logged NIC. `phase` is the second of the minute at which its record is written."""

    name: str
    role: str
    ip: str
    mac: str
    nsg: str
    phase: int
    fraction: int
    system_id: str
    ip6: str = ""


class Network(NamedTuple):
    """A range of the company's own addresses."""

    prefix: str
    name: str
    kind: str
    site: str


WEB1 = Host(
    "WEB1",
    "web server of the shop",
    "10.20.1.4",
    "000D3AB1A114",
    "SHOP-NSG",
    12,
    1840417,
    "0d9b7c52-6f0e-4b7e-9a53-1c4e2f6a7d01",
)
WEB2 = Host(
    "WEB2",
    "web server of the shop",
    "10.20.1.5",
    "000D3AB1A115",
    "SHOP-NSG",
    47,
    6120955,
    "0d9b7c52-6f0e-4b7e-9a53-1c4e2f6a7d01",
)
JUMP = Host(
    "JUMP1",
    "jump host of the administrators",
    "10.20.0.4",
    "000D3AB1A204",
    "SHOP-NSG",
    29,
    2301180,
    "31f6a0c4-88d2-4c1b-b0c7-5a9e4b3c2d02",
)
DB1 = Host(
    "DB1",
    "database of the shop",
    "10.30.1.4",
    "0022489C3104",
    "DATA-NSG",
    3,
    5625085,
    "7be41d93-0a5f-4d26-8e71-94d3c1b2a503",
    "2001:db8:30:1::4",
)
FILES1 = Host(
    "FILES1",
    "file and backup server",
    "10.30.1.5",
    "0022489C3105",
    "DATA-NSG",
    18,
    9013372,
    "7be41d93-0a5f-4d26-8e71-94d3c1b2a503",
    "2001:db8:30:1::5",
)
WS1 = Host(
    "WS1",
    "workstation, order desk",
    "10.20.3.4",
    "6045BD8E2304",
    "OFFICE-NSG",
    54,
    3371046,
    "c2a85e10-57b9-4f3d-a64c-2e8f70b1d904",
)
WS2 = Host(
    "WS2",
    "workstation, accounts",
    "10.20.3.5",
    "6045BD8E2305",
    "OFFICE-NSG",
    8,
    7752903,
    "c2a85e10-57b9-4f3d-a64c-2e8f70b1d904",
)
DEMOVM = Host(
    "DEMOVM",
    "demo machine, from the lab",
    "10.0.0.4",
    "000D3AB17875",
    "DEMOVM-NSG",
    35,
    475109,
    "de8f6437-2996-457d-8317-7d499ded2d74",
)

HOSTS = (WEB1, WEB2, JUMP, DB1, FILES1, WS1, WS2, DEMOVM)
WEB = (WEB1, WEB2)
OFFICE = (WS1, WS2)
DATA = (DB1, FILES1)
PEERED = (WEB1, WEB2, JUMP, DB1, FILES1, WS1, WS2)  # the demo VM has a virtual network to itself

# Behind the VPN, and so without a log of their own.
NAS = "192.168.40.10"
REPLICA = "192.168.40.12"
MONITOR = "192.168.40.15"
SCANNER = "192.168.40.20"
ADMIN = "192.168.40.31"
CLERKS = ("192.168.40.51", "192.168.40.52")

NETWORKS = (
    Network("10.20.0.0/24", "admin subnet", "vnet", "VNET-SHOP"),
    Network("10.20.1.0/24", "web subnet", "vnet", "VNET-SHOP"),
    Network("10.20.3.0/24", "office subnet", "vnet", "VNET-SHOP"),
    Network("10.30.1.0/24", "data subnet", "vnet", "VNET-DATA"),
    Network("2001:db8:30:1::/64", "data subnet", "vnet", "VNET-DATA"),
    Network("10.0.0.0/24", "demo subnet", "vnet", "VNET-DEMO"),
    Network("192.168.40.0/24", "warehouse", "vpn", "Warehouse"),
)

SITE_HOSTS = (
    (NAS, "NAS", "storage that fetches a copy of the backups"),
    (REPLICA, "REPLICA", "database replica for the stock system"),
    (MONITOR, "MONITOR", "monitoring of the servers"),
    (SCANNER, "SCANNER", "the company's own vulnerability scanner"),
    (ADMIN, "ADMIN", "administrator's laptop"),
    (CLERKS[0], "CLERK1", "clerk's laptop"),
    (CLERKS[1], "CLERK2", "clerk's laptop"),
)

# Outsiders that the company deals with: services in documentation ranges.
UPTIME = "192.0.2.200"
UPDATES = "192.0.2.210"
UPDATES6 = "2001:db8:f0::10"
BACKUP_SERVICE = "2001:db8:f0::220"
PAYMENTS = "192.0.2.230"
CHAT = "192.0.2.240"
TIME6 = "2001:db8:f0::123"
SAAS = tuple(f"203.0.113.{n}" for n in range(129, 189))
