"""Small flow logs in every layout, to put into a container."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

MAC, OTHER_MAC = "000D3AB17875", "000D3AB17876"
NSG = "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/DEMOVM-NSG"
OLD_NSG = NSG.replace("DEMOVM", "OLD")
SEEN = "/S_NETWORKWATCHERRG/NETWORKWATCHER_NORTHEUROPE_SEEN-LOG"
DOCUMENTED = (
    "/SUBSCRIPTIONS/S/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/"
    "NETWORKWATCHER_NORTHEUROPE/FLOWLOGS/DOCUMENTED-LOG"
)
FOLDERS = {
    NSG: f"resourceId={NSG}",
    OLD_NSG: f"resourceId={OLD_NSG}",
    SEEN: f"flowLogResourceID={SEEN}",
    DOCUMENTED: f"flowLogResourceID={DOCUMENTED}",
}
NINE = datetime(2024, 12, 19, 9, tzinfo=UTC)


def name(hour=NINE, mac=MAC, resource=NSG):
    nic = f"macAddress={mac}/" if mac else ""
    return f"{FOLDERS[resource]}/y={hour:%Y/m=%m/d=%d/h=%H}/m=00/{nic}PT1H.json"


def hours(number, since=NINE):
    return [since + timedelta(hours=n) for n in range(number)]


def this_hour():
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def until(it_is_so, seconds=60):
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not it_is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def stopping(stop, action):
    """Do `action`, and set `stop` however it ends: what follows until then must not wait for ever."""

    def act():
        try:
            action()
        finally:
            stop.set()

    return act


def records(number, size=600, seed=0):
    """As many records as asked for, each of about `size` bytes and unlike the others."""
    return [json.dumps({"n": f"{seed}-{i}", "tuples": "x" * size}).encode() for i in range(number)]


def beside_flow_logs(container):
    """Put into a container what stands beside the flow log of `name()` in real ones."""
    log = name()
    # An account with a hierarchical namespace lists folders too, also of days whose blobs were deleted.
    parents = {p for day in (0, 3) for p in PurePosixPath(name(NINE + timedelta(days=day))).parents}
    for folder in parents - {PurePosixPath(".")}:
        container.upload_blob(str(folder), b"", metadata={"hdi_isfolder": "true"})
    container.upload_blob(log.replace("PT1H.json", "_SUCCESS"), b"")
    container.upload_blob(name(mac=OTHER_MAC), b"")
    for left in (f"{log}.bak", log.replace("PT1H.json", "PT1H.csv"), log.replace("PT1H.json", "~lock")):
        container.upload_blob(left, b"left")
    activity = log.replace("MICROSOFT.NETWORK/NETWORKSECURITYGROUPS", "MICROSOFT.COMPUTE/VIRTUALMACHINES")
    for other in (activity, "backup/PT1H.json", "readme.txt"):
        container.upload_blob(other, b"other")
