"""Which machines a world has: the eight of network.py, who all have a part in the story, and those added.

An added machine changes nothing about the others: it is one web server or one workstation more, with an
address, a MAC and a place in the subnet and the NSG of its kind, and with its own share of the day's work.
"""

from functools import cache

from nsgkit.sample.company.network import HOSTS, OFFICE, PEERED, SITE_HOSTS, WEB, WEB1, WS1, Host

FEWEST, MOST = len(HOSTS), 32
_DESKS = ("shipping", "purchasing", "returns", "marketing", "children's books", "events", "personnel")
_PRIME = 7_919_003  # spreads what differs from NIC to NIC, such as the fraction of a second


@cache
def added(nics: int) -> tuple[Host, ...]:
    """Return the machines beyond the eight: of every three two workstations and a web server.

    >>> [host.name for host in added(12)]
    ['WS3', 'WEB3', 'WS4', 'WS5']
    """
    return tuple(_added(number) for number in range(nics - FEWEST))


@cache
def hosts(nics: int) -> tuple[Host, ...]:
    """Return all machines."""
    return (*HOSTS, *added(nics))


@cache
def peered(nics: int) -> tuple[Host, ...]:
    """Return the machines whose virtual networks are peers: all but the demo machine."""
    return (*PEERED, *added(nics))


@cache
def web(nics: int) -> tuple[Host, ...]:
    """Return the web servers of the shop.

    >>> [host.ip for host in web(12)]
    ['10.20.1.4', '10.20.1.5', '10.20.1.6']
    """
    return (*WEB, *(host for host in added(nics) if host.nsg == WEB1.nsg))


@cache
def office(nics: int) -> tuple[Host, ...]:
    """Return the workstations."""
    return (*OFFICE, *(host for host in added(nics) if host.nsg == WS1.nsg))


def clerk(desk: Host) -> str:
    """Return the address of the laptop from which a workstation is reached: behind the VPN.

    >>> clerk(WS1)
    '192.168.40.51'
    """
    return f"192.168.40.{47 + _last(desk)}"


def site_hosts(nics: int) -> tuple[tuple[str, str, str], ...]:
    """Return what is known behind the VPN: address, name and role, with a laptop for each workstation."""
    more = office(nics)[len(OFFICE) :]
    laptops = ((clerk(desk), f"CLERK{_last(desk) - 3}", "clerk's laptop") for desk in more)
    return (*SITE_HOSTS, *laptops)


@cache
def by_address(nics: int) -> dict[str, Host]:
    """Return every address of a logged NIC with its host."""
    return {address: host for host in hosts(nics) for address in (host.ip, host.ip6) if address}


def _added(number: int) -> Host:
    """Return one machine more: its number counts from 0."""
    place = (number + 2) // 3  # among the added of its kind: web servers are the second of each three
    model, ordinal = (WEB1, len(WEB) + place) if number % 3 == 1 else (WS1, len(OFFICE) + number - place + 1)
    return model._replace(
        name=f"{model.name[:-1]}{ordinal}",
        role=model.role if model is WEB1 else f"workstation, {_DESKS[(ordinal - 3) % len(_DESKS)]}",
        ip=f"{model.ip.rpartition('.')[0]}.{ordinal + 3}",
        mac=f"{model.mac[:-2]}{int(model.mac[-2:], 16) + ordinal - 1:02X}",
        phase=(21 + 13 * number) % 60,
        fraction=model.fraction * (number + 2) * _PRIME % 10_000_000,
    )


def _last(host: Host) -> int:
    return int(host.ip.rpartition(".")[2])
