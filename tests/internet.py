"""A second network, seen by thousands of outsiders: a clinic's NSG logs of one day, in Azure's form.

Nothing of it is in the samples: other ranges, names, rhythm and size. The outsiders are addresses that nobody
owns (RFC 2544). What an analyst is to find stands in the constants; everything is made from the seed alone.
"""

import json
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

import nsgkit

DAY = int(datetime(2026, 3, 3, tzinfo=UTC).timestamp())
NOON = DAY + 12 * 3600  # before it nothing planted is seen, but for the attempts that were denied
SUBSCRIPTION = "/SUBSCRIPTIONS/4B1F0C77-90AA-4D0E-8A53-6F6C0F5D2E11/RESOURCEGROUPS/CLINIC"


class Host(NamedTuple):
    """A machine with one logged NIC."""

    ip: str
    mac: str
    nsg: str


PORTAL1 = Host("172.28.1.4", "7C1E52A00104", "PORTAL-NSG")
PORTAL2 = Host("172.28.1.5", "7C1E52A00105", "PORTAL-NSG")
APP = Host("172.28.2.4", "7C1E52A00204", "APP-NSG")
RECORDS = Host("172.28.3.4", "7C1E52A00304", "APP-NSG")
GATE = Host("172.28.0.4", "7C1E52A00004", "GATE-NSG")
DESK = Host("172.28.9.4", "7C1E52A00904", "DESK-NSG")
HOSTS = (PORTAL1, PORTAL2, APP, RECORDS, GATE, DESK)
BY_IP = {host.ip: host for host in HOSTS}

DENY, WEB, INSIDE, OUT = (
    "DefaultRule_DenyAllInBound", "UserRule_allow-https", "DefaultRule_AllowVnetInBound",
    "DefaultRule_AllowInternetOutBound",
)  # fmt: skip
INSIDE_OUT = "DefaultRule_AllowVnetOutBound"

# What is planted, all of it after noon.
ADMIN_EDGE = (PORTAL1.ip, RECORDS.ip, 22)  # from inside, to a port of administrators, never before
UPLOAD = (RECORDS.ip, "198.19.255.77", 443)  # of UPLOADED bytes, more than any connection before it
UPLOADED = 9_600_000_000
OPENED_RULE = "UserRule_temp-support"  # let 3389 of the gate in, from one to five
INTRUDER = "198.19.255.66"  # was denied at that port all night, and then allowed

_SCANNED = (22, 23, 80, 445, 1433, 3306, 3389, 5900, 6379, 8080)


class _Book:
    """Tuples by NIC and minute, then by rule."""

    def __init__(self, seed: int, hours: int) -> None:
        self.random, self.end = Random(seed), DAY + hours * 3600
        self.lines: dict[str, dict[int, dict[str, list[str]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(list))
        )

    def write(self, host: Host, second: int, rule: str, text: str) -> None:
        if second < self.end:
            self.lines[host.mac][second // 60][rule].append(f"{second},{text}")

    def denied(self, second: int, source: str, host: Host, port: int) -> None:
        ends = f"{source},{host.ip},{self.random.randint(1024, 65535)},{port}"
        self.write(host, second, DENY, f"{ends},T,I,D,B,,,,")

    def allowed(
        self, second: int, ends: tuple[str, str, int], rule: str, sent: int, back: int, *, lasts: int = 5
    ) -> None:
        """Log a connection at each end that has a NIC."""
        source, destination, port = ends
        text = f"{source},{destination},{self.random.randint(1024, 65535)},{port},T"
        counters = f"{sent // 900 + 3},{sent},{back // 900 + 3},{back}"
        views = [("I", BY_IP.get(destination), rule), ("O", BY_IP.get(source), _way_out(destination))]
        for way, host, through in views:
            if host:
                self.write(host, second, through, f"{text},{way},A,B,,,,")
                self.write(host, second + lasts, through, f"{text},{way},A,E,{counters}")


def _way_out(destination: str) -> str:
    return INSIDE_OUT if destination in BY_IP else OUT


def outsider(number: int) -> str:
    """Return the address of an outsider: of 198.18.0.0/16, which nobody owns."""
    return f"198.18.{number % 65_536 // 256}.{number % 256}"


def write(folder: Path, hours: int = 24, nics: int = 6, outsiders: int = 5000, seed: int = 0) -> Path:
    """Write the logs of the first `nics` machines into `folder`, as Azure lays them out, and return it."""
    book = _Book(seed, hours)
    for number in range(outsiders):
        _one_outsider(book, outsider(number * 13))
    _usual(book)
    _planted(book)
    for host in HOSTS[:nics]:
        _files(Path(folder), host, book.lines[host.mac])
    return Path(folder)


def big_internet(hours: int = 24, nics: int = 6, outsiders: int = 5000, seed: int = 0) -> nsgkit.FlowLogs:
    """Return the logs of that network, read."""
    with tempfile.TemporaryDirectory() as folder:
        return nsgkit.read_logs(write(Path(folder), hours, nics, outsiders, seed))


def _one_outsider(book: _Book, address: str) -> None:
    """Half of them scan, half browse, and some of these do both."""
    random, span = book.random, book.end - DAY
    kind = random.random()
    if kind < 0.6:
        for _ in range(random.randint(1, 7)):
            host = random.choice((PORTAL1, PORTAL2, GATE))
            book.denied(DAY + random.randrange(span), address, host, random.choice(_SCANNED))
    if kind > 0.5:
        begins = DAY + random.randrange(span)
        for step in range(random.randint(1, 5)):
            ends = (address, random.choice((PORTAL1.ip, PORTAL2.ip)), 443)
            second = begins + step * 40
            book.allowed(second, ends, WEB, random.randint(600, 4_000), random.randint(5_000, 400_000))


def _usual(book: _Book) -> None:
    """What happens every hour: the portal asks the app, the app the records; people at the desk; a backup."""
    random = book.random
    for hour in range(DAY, book.end, 3600):
        busy = 1 + 3 * (7 <= (hour - DAY) // 3600 % 24 < 19)
        for _ in range(20 * busy):
            second = hour + random.randrange(3600)
            portal = random.choice((PORTAL1.ip, PORTAL2.ip))
            book.allowed(second, (portal, APP.ip, 8443), INSIDE, random.randint(800, 9_000), 30_000)
            book.allowed(second + 1, (APP.ip, RECORDS.ip, 5432), INSIDE, 2_000, random.randint(900, 90_000))
        for _ in range(4 * busy):
            second = hour + random.randrange(3600)
            book.allowed(second, (DESK.ip, PORTAL1.ip, 443), WEB, 3_000, random.randint(9_000, 900_000))
        book.allowed(hour + 900, (GATE.ip, APP.ip, 22), INSIDE, 9_000, 40_000)
        size = random.randint(200_000_000, 420_000_000)
        book.allowed(hour + 120, (RECORDS.ip, "198.19.0.9", 443), INSIDE, size, 90_000, lasts=200)


def _planted(book: _Book) -> None:
    for attempt in range(40):
        book.denied(DAY + 3600 + attempt * 900, INTRUDER, GATE, 3389)
    for visit in range(6):
        second = NOON + 3600 + visit * 2_000
        book.allowed(second, (INTRUDER, GATE.ip, 3389), OPENED_RULE, 90_000, 2_000_000, lasts=900)
        book.allowed(second + 60, (outsider(7 + visit), GATE.ip, 3389), OPENED_RULE, 3_000, 9_000)
    for visit in range(3):
        book.allowed(NOON + 11_000 + visit * 700, ADMIN_EDGE, INSIDE, 40_000, 90_000, lasts=300)
    book.allowed(NOON + 14_000, UPLOAD, INSIDE, UPLOADED, 900_000, lasts=1_500)


def _files(folder: Path, host: Host, minutes: dict[int, dict[str, list[str]]]) -> None:
    """Write one blob an hour, a record a minute: each NIC at a second of its own."""
    resource = f"{SUBSCRIPTION}/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/{host.nsg}"
    records = defaultdict(list)
    for minute in sorted(minutes):
        written = datetime.fromtimestamp((minute + 1) * 60 + int(host.mac[-2:]), UTC)
        records[written.replace(minute=0, second=0)].append(_record(host, resource, written, minutes[minute]))
    for hour, found in records.items():
        place = f"resourceId={resource}/y={hour:%Y}/m={hour:%m}/d={hour:%d}/h={hour:%H}/m=00"
        path = folder / "insights-logs-networksecuritygroupflowevent" / place / f"macAddress={host.mac}"
        path.mkdir(parents=True, exist_ok=True)
        content = json.dumps({"records": found}, separators=(",", ":"))
        (path / "PT1H.json").write_text(content, "ascii")


def _record(host: Host, resource: str, written: datetime, rules: dict[str, list[str]]) -> dict[str, object]:
    flows = [
        {"rule": rule, "flows": [{"mac": host.mac, "flowTuples": sorted(lines)}]}
        for rule, lines in rules.items()
    ]
    return {
        "time": f"{written:%Y-%m-%dT%H:%M:%S}.0000000Z",
        "systemId": "c0ffee00-0000-4000-8000-000000000001",
        "macAddress": host.mac,
        "category": "NetworkSecurityGroupFlowEvent",
        "resourceId": resource,
        "operationName": "NetworkSecurityGroupFlowEvents",
        "properties": {"Version": 2, "flows": flows},
    }
