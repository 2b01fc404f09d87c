"""Small flow logs in every layout, to put into a container."""

import json
import time
from datetime import UTC, datetime, timedelta

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
