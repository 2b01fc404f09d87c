"""What is planted and harmless, stated fact by fact."""

from nsgkit.sample.facts import Fact
from nsgkit.sample.internet import LAB
from nsgkit.sample.network import (
    BACKUP_SERVICE,
    CHAT,
    DB1,
    DEMOVM,
    FILES1,
    MONITOR,
    NAS,
    PLATFORM,
    REPLICA,
    SCANNER,
    TIME6,
    UPDATES,
    UPDATES6,
    UPTIME,
    WS2,
)

HARMLESS = (
    Fact(
        "backup-download",
        "backup",
        True,
        {"src_ip": (FILES1.ip6,), "dst_ip": (BACKUP_SERVICE,)},
        "Every night at two the file server downloads a copy of the shop from its hosting backup: "
        "gigabytes, but inwards.",
    ),
    Fact(
        "backup-of-the-database",
        "backup",
        True,
        {"src_ip": (DB1.ip,), "dst_ip": (FILES1.ip,), "dst_port": (445,)},
        "Every night at one the database writes its dump to the file server; seen at both ends.",
    ),
    Fact(
        "backup-to-the-warehouse",
        "backup",
        True,
        {"src_ip": (NAS,), "dst_ip": (FILES1.ip,), "dst_port": (445,)},
        "Every night at three the warehouse's storage fetches the dump over the VPN: the bytes leave "
        "the file server as answers, and stay in the company.",
    ),
    Fact(
        "monitoring-every-minute",
        "monitoring",
        True,
        {"src_ip": (UPTIME,)},
        "An uptime service that the company pays visits the shop every minute, as regular as any "
        "beacon, from outside.",
    ),
    Fact(
        "load-balancer-probes",
        "monitoring",
        True,
        {"src_ip": (PLATFORM,)},
        "Azure's load balancer probes both web servers every three minutes, from the platform's own address.",
    ),
    Fact(
        "server-monitoring",
        "monitoring",
        True,
        {"src_ip": (MONITOR,)},
        "The warehouse's monitoring asks three servers every ten minutes.",
    ),
    Fact(
        "time-service",
        "monitoring",
        True,
        {"dst_ip": (TIME6,)},
        "Database and file server set their clocks every two hours, over IPv6, alike in time and size.",
    ),
    Fact(
        "day-long-connection",
        "long connection",
        True,
        {"src_ip": (WS2.ip,), "dst_ip": (CHAT,)},
        "A chat window left open on a workstation: one connection for more than 25 hours.",
    ),
    Fact(
        "replica-connection",
        "long connection",
        True,
        {"src_ip": (REPLICA,)},
        "The stock system's database replica: its connection began before the logs and outlives them, "
        "so that it has neither begin nor end.",
    ),
    Fact(
        "vulnerability-scanner",
        "scan",
        True,
        {"src_ip": (SCANNER,)},
        "The company's own vulnerability scanner in the warehouse goes through all servers on "
        "Wednesday evening.",
    ),
    Fact(
        "scheduled-updates",
        "updates",
        True,
        {"dst_ip": (UPDATES, UPDATES6)},
        "At six every morning five servers fetch updates in the same minute, two of them over IPv6.",
    ),
    Fact(
        "lab-probes",
        "probe",
        True,
        {"mac": (DEMOVM.mac,), "src_ip": tuple(line.split(",")[1] for line in LAB)},
        "The twelve denied probes of the lab's own first record: background noise from real addresses.",
    ),
)
