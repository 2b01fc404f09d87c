"""The choices of a flow log: what is impossible and why, and text that stays what was typed."""

import json
import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.enable.choice import NSG, TARGETS, FlowLogChoice, consequences, find_problems, size
from nsgkit.enable.templates import arm_template, az_commands, bicep, reader_role

GROUP = "/subscriptions/d6549a66-c45c-4979-840c-3b356da446b0/resourceGroups/demors/providers/"
IDS = {
    "Virtual network": f"{GROUP}Microsoft.Network/virtualNetworks/demo-vnet",
    "Subnet": f"{GROUP}Microsoft.Network/virtualNetworks/demo-vnet/subnets/web",
    "Network interface (NIC)": f"{GROUP}Microsoft.Network/networkInterfaces/demovm-nic",
    NSG: f"{GROUP}Microsoft.Network/networkSecurityGroups/demovm-nsg",
}
STORAGE = f"{GROUP}Microsoft.Storage/storageAccounts/demostorage120"
WORKSPACE = f"{GROUP}Microsoft.OperationalInsights/workspaces/demo"
CHOICE = FlowLogChoice(
    "demo-flowlog", "Virtual network", IDS["Virtual network"], "northeurope", STORAGE, "North Europe", 7
)
HOSTILE = [
    "$(touch /tmp/pwned)",
    "`id`",
    "a' && id #",
    'a" ; id',
    "a\nid",
    "a\\",
    "${resourceGroup().id}",
    "[resourceGroup().id]",
    "[[x]",
    "'''",
    "%PATH%",
    "!!",
    "a\u202eb",
    '"><img src=x onerror=alert(1)>',
]


def why(choice):
    return " ".join(problem.why for problem in find_problems(choice))


def bicep_texts(source):
    """Every text in a Bicep file, read as Bicep's documentation says: an independent reader."""
    texts, place = [], 0
    escapes = {"n": "\n", "r": "\r", "t": "\t", "'": "'", "\\": "\\", "$": "$"}
    while (place := source.find("'", place)) >= 0:
        text, place = "", place + 1
        while source[place] != "'":
            assert source[place] != "\n", "a text must end on its line"
            assert not source.startswith("${", place), "an expression"
            step = 2 if source[place] == "\\" else 1
            text += escapes[source[place + 1]] if step == 2 else source[place]
            place += step
        texts.append(text)
        place += 1
    return texts


def resource_of(choice):
    (resource,) = json.loads(arm_template(choice))["resources"]
    return resource


@pytest.mark.parametrize("kind", [kind for kind in TARGETS if kind != NSG])
def test_what_is_possible_has_no_problem(kind):
    assert find_problems(replace(CHOICE, kind=kind, target=IDS[kind])) == []


def test_a_new_nsg_flow_log_is_impossible_and_the_way_out_is_told():
    (problem,) = find_problems(replace(CHOICE, kind=NSG, target=IDS[NSG]))
    assert "since 30 June 2025" in problem.why
    assert "NsgFlowLogCreationBlocked" in problem.why
    assert "Log the virtual network instead" in problem.remedy
    assert "30 September 2027" in problem.remedy


@pytest.mark.parametrize(("days", "fine"), [(-1, False), (0, True), (365, True), (366, False)])
def test_retention_is_at_most_a_year(days, fine):
    assert (find_problems(replace(CHOICE, retention=days)) == []) == fine


def test_a_storage_account_in_another_region_is_impossible():
    assert "is in westeurope, and what is to be logged is in northeurope" in why(
        replace(CHOICE, storage_region="West Europe")
    )


def test_version_1_is_impossible():
    assert "Version 1 is a format of NSG flow logs" in why(replace(CHOICE, version=1))


@pytest.mark.parametrize(("minutes", "fine"), [(10, True), (60, True), (30, False)])
def test_traffic_analytics_runs_every_ten_or_sixty_minutes(minutes, fine):
    assert (why(replace(CHOICE, interval=minutes, workspace=WORKSPACE)) == "") == fine


def test_traffic_analytics_needs_a_workspace():
    assert "workspace is missing" in why(replace(CHOICE, interval=60))


@pytest.mark.parametrize("kind", [kind for kind in TARGETS if kind != NSG])
@pytest.mark.parametrize("other", TARGETS)
def test_an_id_of_another_kind_is_noticed(kind, other):
    assert ("of another kind" in why(replace(CHOICE, kind=kind, target=IDS[other]))) == (kind != other)


@pytest.mark.parametrize("field", ["name", "target", "region", "storage", "storage_region"])
@pytest.mark.parametrize("text", ["", *HOSTILE])
def test_text_that_azure_would_not_take_is_noticed(field, text):
    assert find_problems(replace(CHOICE, **{field: text}))


def test_the_command_says_every_choice():
    create = (
        az_commands(replace(CHOICE, interval=10, workspace=WORKSPACE)).split("\n\n")[1].replace("\\\n", "")
    )
    words = shlex.split(create)
    options = dict(zip(words[5::2], words[6::2], strict=True))
    assert words[:5] == ["az", "network", "watcher", "flow-log", "create"]
    assert options == {
        "--name": "demo-flowlog",
        "--location": "northeurope",
        "--vnet": IDS["Virtual network"],
        "--storage-account": STORAGE,
        "--retention": "7",
        "--format": "JSON",
        "--log-version": "2",
        "--traffic-analytics": "true",
        "--workspace": WORKSPACE,
        "--interval": "10",
    }


@pytest.mark.parametrize(("kind", "flag"), [("Subnet", "--subnet"), ("Network interface (NIC)", "--nic")])
def test_each_target_has_its_flag(kind, flag):
    assert f"{flag} {IDS[kind]}" in az_commands(replace(CHOICE, kind=kind, target=IDS[kind]))


def test_for_an_nsg_the_commands_tell_what_to_log_instead_and_create_nothing():
    commands = az_commands(replace(CHOICE, kind=NSG, target=IDS[NSG]))
    assert f"--ids {IDS[NSG]}" in commands
    assert "create" not in commands


def test_the_template_is_a_flow_log_as_documented():
    resource = resource_of(replace(CHOICE, interval=60, workspace=WORKSPACE))
    assert resource["type"] == "Microsoft.Network/networkWatchers/flowLogs"
    assert resource["name"] == "NetworkWatcher_northeurope/demo-flowlog"
    assert resource["properties"] == {
        "targetResourceId": IDS["Virtual network"],
        "storageId": STORAGE,
        "enabled": True,
        "retentionPolicy": {"days": 7, "enabled": True},
        "format": {"type": "JSON", "version": 2},
        "flowAnalyticsConfiguration": {
            "networkWatcherFlowAnalyticsConfiguration": {
                "enabled": True,
                "workspaceResourceId": WORKSPACE,
                "trafficAnalyticsInterval": 60,
            }
        },
    }


def test_no_retention_and_no_analytics_are_switched_off():
    properties = resource_of(replace(CHOICE, retention=0))["properties"]
    assert properties["retentionPolicy"] == {"days": 0, "enabled": False}
    assert properties["flowAnalyticsConfiguration"] == {
        "networkWatcherFlowAnalyticsConfiguration": {"enabled": False}
    }


def test_bicep_and_template_say_the_same():
    texts = bicep_texts(bicep(CHOICE))
    assert {IDS["Virtual network"], STORAGE, "demo-flowlog", "NetworkWatcher_northeurope"} <= set(texts)
    assert bicep(CHOICE).count("{") == bicep(CHOICE).count("}")
    assert "days: 7\n      enabled: true" in bicep(CHOICE)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_one_literal_everywhere(text):
    choice = replace(CHOICE, name=text, storage=text)
    assert text in shlex.split(az_commands(choice).split("\n\n", 1)[1], comments=True)
    assert text in bicep_texts(bicep(choice))
    written = resource_of(choice)["properties"]["storageId"]
    assert written == (f"[{text}" if text.startswith("[") else text)


@given(st.text(min_size=1))
def test_any_text_stays_one_literal_in_shell_bicep_and_template(text):
    choice = replace(CHOICE, name=text)
    assert text in shlex.split(az_commands(choice).split("\n\n", 1)[1], comments=True)
    assert text in bicep_texts(bicep(choice))
    assert resource_of(choice)["name"] == f"NetworkWatcher_northeurope/{text}"


def test_the_role_is_the_least_one_and_on_the_container_alone():
    words = shlex.split(reader_role(CHOICE, "0a1b"), comments=True)
    assert words[words.index("--role") + 1] == "Storage Blob Data Reader"
    scope = words[words.index("--scope") + 1]
    assert scope == f"{STORAGE}/blobServices/default/containers/insights-logs-flowlogflowevent"
    assert "--assignee=0a1b" in words


def test_without_a_name_the_role_is_for_whoever_is_signed_in():
    assert "az ad signed-in-user show" in reader_role(CHOICE)


@pytest.mark.parametrize("text", [*HOSTILE, "--debug"])
def test_a_hostile_reader_stays_one_literal(text):
    assert f"--assignee={text}" in shlex.split(reader_role(CHOICE, text), comments=True)


def test_every_choice_is_weighed():
    assert [row.choice for row in consequences(CHOICE)] == [
        "What is logged",
        "Storage account",
        "Retention",
        "Version",
        "Traffic Analytics",
    ]


def test_sizes_are_the_pace_times_nics_and_days():
    logged, _, retention, *_ = consequences(CHOICE, nics=10, daily_bytes=20_000_000)
    assert "about 6.0 GB a month: 1.0 GB of it charged" in logged.costs
    assert "levels off at about 1.4 GB" in retention.costs


def test_a_small_network_stays_within_what_is_free():
    assert "within what is free" in consequences(CHOICE, nics=1, daily_bytes=1_000_000)[0].costs


def test_without_a_measured_pace_no_size_is_named():
    assert "about" not in " ".join(row.costs for row in consequences(CHOICE))


def test_kept_for_ever_the_store_grows_without_end():
    retention = consequences(replace(CHOICE, retention=0), daily_bytes=1_000_000)[2]
    assert retention.brings == "Blobs are kept until somebody deletes them."
    assert "30.0 MB a month, without end" in retention.costs


def test_ten_minutes_of_analytics_cost_more_than_sixty():
    rows = [consequences(replace(CHOICE, interval=m, workspace=WORKSPACE))[-1].costs for m in (10, 60)]
    assert ["every ten minutes" in row for row in rows] == [True, False]


@pytest.mark.parametrize(("number", "text"), [(0, "0 bytes"), (999, "999 bytes"), (2.5e12, "2.5 TB")])
def test_sizes_in_words(number, text):
    assert size(number) == text
