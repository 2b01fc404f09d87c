"""Records and names of blobs as Azure writes them, round tuples that are text already."""

from collections.abc import Mapping
from datetime import UTC, datetime

SUB = "D6549A66-C45C-4979-840C-3B356DA446B0"
NSGS = ("WEB-NSG", "APP-NSG", "DATA-NSG", "JUMP-NSG")
NSG = f"/SUBSCRIPTIONS/{SUB}/RESOURCEGROUPS/PROD/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/"
FLOW_LOG = (
    f"/SUBSCRIPTIONS/{SUB}/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/"
    "NETWORKWATCHER_NORTHEUROPE/FLOWLOGS/VNET-FLOWLOG"
)
VNET = f"/subscriptions/{SUB.lower()}/resourceGroups/prod/providers/Microsoft.Network/virtualNetworks/VNET"
NSG_ROOT = "insights-logs-networksecuritygroupflowevent/resourceId="
VNET_ROOT = (
    f"insights-logs-flowlogflowevent/flowLogResourceID=/{SUB}_NETWORKWATCHERRG/"
    "NETWORKWATCHER_NORTHEUROPE_VNET-FLOWLOG"
)


def blob_name(nic: int, hour: int, *, vnet: bool) -> str:
    """Return the name of a NIC's blob; `hour` counts from 1970."""
    when = datetime.fromtimestamp(hour * 3600, UTC)
    root = VNET_ROOT if vnet else f"{NSG_ROOT}{NSG}{_nsg(nic)}"
    return f"{root}/{when:y=%Y/m=%m/d=%d/h=%H}/m=00/macAddress={_mac(nic)}/PT1H.json"


def record(nic: int, minute: int, rules: Mapping[str, str], *, vnet: bool) -> str:
    """Return a NIC's record; `minute` counts from 1970, `rules` are each rule's tuples with `","` between."""
    mac, when = _mac(nic), datetime.fromtimestamp(minute * 60 + 35, UTC)
    known = f'"time":"{when:%Y-%m-%dT%H:%M:%S}.{(minute * 7919 + nic) % 10**7:07d}Z","macAddress":"{mac}"'
    if vnet:
        groups = (f'{{"rule":"{rule}","flowTuples":["{text}"]}}' for rule, text in rules.items())
        flows = f'{{"aclID":"3e5a86c0-b1f4-47d7-9c2e-80d4a6b1f432","flowGroups":[{",".join(groups)}]}}'
        return (
            f'{{{known},"flowLogVersion":4,"flowLogGUID":"9f2c6b04-7d18-4e5a-8b3f-60a1c7d2e954",'
            f'"category":"FlowLogFlowEvent","flowLogResourceID":"{FLOW_LOG}","targetResourceID":"{VNET}",'
            f'"operationName":"FlowLogFlowEvent","flowRecords":{{"flows":[{flows}]}}}}'
        )
    groups = (
        f'{{"rule":"{rule}","flows":[{{"mac":"{mac}","flowTuples":["{text}"]}}]}}'
        for rule, text in rules.items()
    )
    return (
        f'{{{known},"systemId":"0d9b7c52-6f0e-4b7e-9a53-1c4e2f6a7d01",'
        f'"category":"NetworkSecurityGroupFlowEvent","resourceId":"{NSG}{_nsg(nic)}",'
        f'"operationName":"NetworkSecurityGroupFlowEvents",'
        f'"properties":{{"Version":2,"flows":[{",".join(groups)}]}}}}'
    )


def _nsg(nic: int) -> str:
    return NSGS[nic // 2 % len(NSGS)]


def _mac(nic: int) -> str:
    return f"000D3A{0xB10000 + nic:06X}"
