"""Services by the names that analysts use, the ports that IANA assigns to them, and those of administrators.

Source: IANA, Service Name and Transport Protocol Port Number Registry
(https://www.iana.org/assignments/service-names-port-numbers). Where people use another name,
IANA's stands behind the line. A name says a port and no more: what listens there can be anything.
"""

from collections.abc import Mapping
from types import MappingProxyType

SERVICES: Mapping[str, tuple[int, ...]] = MappingProxyType({
    "ftp": (21,),
    "ssh": (22,),
    "telnet": (23,),
    "smtp": (25,),
    "dns": (53,),  # domain
    "dhcp": (67, 68),  # bootps, bootpc
    "tftp": (69,),
    "http": (80,),
    "kerberos": (88,),
    "pop3": (110,),
    "rpcbind": (111,),  # sunrpc
    "ntp": (123,),
    "msrpc": (135,),  # epmap
    "netbios": (137, 138, 139),  # netbios-ns, netbios-dgm, netbios-ssn
    "imap": (143,),
    "snmp": (161,),
    "bgp": (179,),
    "ldap": (389,),
    "https": (443,),
    "smb": (445,),  # microsoft-ds
    "syslog": (514,),
    "submission": (587,),
    "ldaps": (636,),
    "imaps": (993,),
    "pop3s": (995,),
    "socks": (1080,),
    "openvpn": (1194,),
    "mssql": (1433,),  # ms-sql-s
    "oracle": (1521,),  # ncube-lm; Oracle's listener by custom
    "radius": (1812,),
    "mqtt": (1883,),
    "nfs": (2049,),
    "docker": (2375, 2376),  # docker, docker-s
    "etcd": (2379, 2380),  # etcd-client, etcd-server
    "mysql": (3306,),
    "rdp": (3389,),  # ms-wbt-server
    "postgres": (5432,),  # postgresql
    "amqp": (5672,),
    "vnc": (5900,),  # rfb
    "winrm": (5985, 5986),  # wsman, wsmans
    "redis": (6379,),
    "kubernetes": (6443,),  # sun-sr-https; the API server by custom
    "elasticsearch": (9200,),  # wap-wsp; by custom
    "memcached": (11211,),  # memcache
    "mongodb": (27017,),
})  # fmt: skip

# With which people and programs administer machines, SQL Server among them: inside, a new one is telling.
ADMIN_PORTS = (22, 135, 139, 445, 1433, 3389, 5985, 5986)
# Doors for administrators and databases, which should not be open to the internet; VNC has 5800 and its next.
MANAGEMENT_PORTS = tuple(sorted({*ADMIN_PORTS, 23, 3306, 5432, *range(5800, 5811), 5900, 6379, 9200, 27017}))


def service_of(port: int) -> str:
    """Return the name of the service whose port it is; an empty text where none here has it.

    >>> service_of(3389), service_of(4)
    ('rdp', '')
    """
    return next((name for name, ports in SERVICES.items() if port in ports), "")
