"""A choice of flow log as text: `az` commands, a Bicep file, an ARM template, and the least role to read it.

Whatever was typed stays one literal: quoted for a POSIX shell, for Bicep, for JSON, and never an
expression of the template language.

Sources, all of Microsoft Learn: az network watcher flow-log; az role assignment; Microsoft.Network
networkWatchers/flowLogs (Bicep, ARM template); Structure and syntax of ARM templates; Bicep data types.
"""

import json
import shlex

from nsgkit.enable.choice import NSG, VNET_CONTAINER, FlowLogChoice, region_name

API_VERSION = "2024-05-01"
WATCHER_GROUP = "NetworkWatcherRG"  # where Azure puts the Network Watcher of each region by itself
READER = "Storage Blob Data Reader"

_MYSELF = '"$(az ad signed-in-user show --query id --output tsv)"'

_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_FLAGS = {"Virtual network": "--vnet", "Subnet": "--subnet", "Network interface (NIC)": "--nic"}

# The backslash first; then what ends the text, begins an expression, or breaks the line.
_BICEP_ESCAPES = (("\\", "\\\\"), ("'", "\\'"), ("${", "\\${"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))

Value = dict[str, "Value"] | str | int | bool


def az_commands(choice: FlowLogChoice) -> str:
    """Return the commands that create the flow log; for an NSG, those that tell what to log instead."""
    if choice.kind == NSG:
        return _instead(choice)
    options = [
        ("--name", choice.name),
        ("--location", region_name(choice.region)),
        (_FLAGS[choice.kind], choice.target.strip()),
        ("--storage-account", choice.storage.strip()),
        ("--retention", str(choice.retention)),
        ("--format", "JSON"),
        ("--log-version", str(choice.version)),
        ("--traffic-analytics", "false" if choice.interval is None else "true"),
    ]
    if choice.interval is not None:
        options += [("--workspace", choice.workspace.strip()), ("--interval", str(choice.interval))]
    return "\n".join(
        [
            "# Once a subscription: without it nothing is logged.",
            "az provider register --namespace Microsoft.Insights",
            "",
            _command("az network watcher flow-log create", options),
            "",
            "# What is there now:",
            _command("az network watcher flow-log list", [("--location", region_name(choice.region))]),
        ]
    )


def bicep(choice: FlowLogChoice) -> str:
    r"""Return a Bicep file for the group of the Network Watcher.

    >>> vnet = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/it's"
    >>> "virtualNetworks/it\\'s'" in bicep(FlowLogChoice("log", "Virtual network", vnet, "x", "y", "x"))
    True
    """
    watcher = f"Microsoft.Network/networkWatchers@{API_VERSION}"
    flow_log = f"Microsoft.Network/networkWatchers/flowLogs@{API_VERSION}"
    return "\n".join(
        [
            f"// az deployment group create --resource-group {WATCHER_GROUP} --template-file flow-log.bicep",
            f"resource watcher '{watcher}' existing = {{",
            f"  name: {_in_bicep(_watcher(choice))}",
            "}",
            "",
            f"resource flowLog '{flow_log}' = {{",
            "  parent: watcher",
            f"  name: {_in_bicep(choice.name)}",
            f"  location: {_in_bicep(region_name(choice.region))}",
            f"  properties: {_in_bicep(_properties(choice), '  ')}",
            "}",
            "",
        ]
    )


def arm_template(choice: FlowLogChoice) -> str:
    """Return an ARM template (JSON) for the group of the Network Watcher."""
    resource: Value = {
        "type": "Microsoft.Network/networkWatchers/flowLogs",
        "apiVersion": API_VERSION,
        "name": f"{_watcher(choice)}/{choice.name}",
        "location": region_name(choice.region),
        "properties": _properties(choice),
    }
    template = {"$schema": _SCHEMA, "contentVersion": "1.0.0.0", "resources": [_literal(resource)]}
    return json.dumps(template, indent=2, ensure_ascii=False)


def reader_role(choice: FlowLogChoice, reader: str = "") -> str:
    """Return the command that lets `reader`, else whoever is signed in, read the flow logs: no more.

    The role is given on the container alone. It allows listing and reading blobs, and no change.
    """
    scope = f"{choice.storage.strip()}/blobServices/default/containers/{VNET_CONTAINER}"
    who = shlex.quote(reader.strip()) if reader.strip() else _MYSELF
    return "\n".join(
        [
            "# The container is there when the first blob is: within 30 minutes of creating the flow log.",
            f"az role assignment create \\\n  --assignee={who} \\\n  --role {shlex.quote(READER)} \\\n"
            f"  --scope {shlex.quote(scope)}",
        ]
    )


def _instead(choice: FlowLogChoice) -> str:
    query = "{subnets: subnets[].id, nics: networkInterfaces[].id}"
    return "\n".join(
        [
            "# What does this NSG protect? Log the virtual network that these belong to.",
            _command("az network nsg show", [("--ids", choice.target.strip()), ("--query", query)]),
            "",
            "# Is it logged already? Such a flow log can still be changed, until 30 September 2027.",
            _command("az network watcher flow-log list", [("--location", region_name(choice.region))]),
        ]
    )


def _command(verb: str, options: list[tuple[str, str]]) -> str:
    return " \\\n  ".join([verb, *(f"{flag} {shlex.quote(text)}" for flag, text in options)])


def _watcher(choice: FlowLogChoice) -> str:
    return f"NetworkWatcher_{region_name(choice.region)}"


def _properties(choice: FlowLogChoice) -> Value:
    analytics: Value = {"enabled": choice.interval is not None}
    if choice.interval is not None:
        analytics = {
            "enabled": True,
            "workspaceResourceId": choice.workspace.strip(),
            "trafficAnalyticsInterval": choice.interval,
        }
    return {
        "targetResourceId": choice.target.strip(),
        "storageId": choice.storage.strip(),
        "enabled": True,
        "retentionPolicy": {"days": choice.retention, "enabled": choice.retention > 0},
        "format": {"type": "JSON", "version": choice.version},
        "flowAnalyticsConfiguration": {"networkWatcherFlowAnalyticsConfiguration": analytics},
    }


def _literal(value: Value) -> Value:
    """Keep a template from evaluating text: what begins with a bracket would be an expression."""
    if isinstance(value, dict):
        return {name: _literal(inner) for name, inner in value.items()}
    return f"[{value}" if isinstance(value, str) and value.startswith("[") else value


def _in_bicep(value: Value, indent: str = "") -> str:
    if isinstance(value, dict):
        inner = "".join(f"{indent}  {name}: {_in_bicep(v, indent + '  ')}\n" for name, v in value.items())
        return f"{{\n{inner}{indent}}}"
    if isinstance(value, str):
        for character, written in _BICEP_ESCAPES:
            value = value.replace(character, written)
        return f"'{value}'"
    return str(value).lower()
