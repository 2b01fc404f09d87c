"""Names in a log that try to run, in every display of the kit: they are shown, and nothing happens."""

import json

import pytest

NAMES = [
    "{{7*7}} {{1337*7331}}",
    "{% raw %}",
    "${alert(1)} `${alert(1)}`",
    "</script><script>window.pwned = 1</script>",
    '"><img src=x onerror="window.pwned=1">',
    "' onmouseover='window.pwned=1' x='",
    "javascript:alert(1)//<a href=x>",
    "a\u202egnp.exe\u200b",
]
TUPLES = ["1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,", "not a tuple <img src=x>"]
DISPLAYS = """
import nsgkit
from IPython.display import HTML, display
from nsgkit import analyses
from nsgkit.explore import field_explorer, traffic_explorer
from nsgkit.explore.workbench.panel import panel, show_status, status_line
from nsgkit.views import over_time
from nsgkit.views.theme import cut, empty_chart, titled
logs = nsgkit.read_logs("hostile")
conversations = nsgkit.conversations(logs)
CELL
logs
CELL
logs.flows[["rule", "acl", "mac", "resource", "blob"]].astype(object)
CELL
logs.rejects
CELL
logs.blobs
CELL
titled(over_time(analyses.over_time(conversations, by="rule")), NAMES[4])
CELL
titled(over_time(analyses.over_time(conversations, by="acl")), NAMES[0])
CELL
titled(over_time(analyses.over_time(conversations, by="mac")), NAMES[3])
CELL
traffic_explorer(logs.flows)
CELL
empty_chart(" ".join(NAMES), " ".join(NAMES))
CELL
field_explorer(open("hostile/PT1H.json").read())
CELL
display(*[field_explorer(name) for name in NAMES])
CELL
HTML("".join(cut(name) for name in NAMES))
CELL
said = status_line()
show_status(said, " ".join(NAMES))
panel(said)
"""


def record(name):
    """An NSG record with `name` for its rule, its NSG and its NIC."""
    flows = [{"rule": name, "flows": [{"mac": name, "flowTuples": TUPLES}]}]
    return {
        "time": "2024-12-19T09:44:35Z",
        "category": "NetworkSecurityGroupFlowEvent",
        "resourceId": f"/SUBSCRIPTIONS/X/NETWORKSECURITYGROUPS/{name.replace('/', '')}",
        "macAddress": name,
        "properties": {"Version": 2, "flows": flows},
    }


def vnet_record(name):
    """A VNet record with `name` for all that it names."""
    groups = [{"rule": name, "flowTuples": ["1734601440123,10.0.0.4,203.0.113.9,55256,443,6,O,B,NX,0,0,0,0"]}]
    return {
        "time": "2024-12-19T09:44:36Z",
        "flowLogVersion": 4,
        "flowLogGUID": name,
        "macAddress": name,
        "category": "FlowLogFlowEvent",
        "flowLogResourceID": name,
        "targetResourceID": name,
        "operationName": name,
        "flowRecords": {"flows": [{"aclID": name, "flowGroups": groups}]},
    }


@pytest.fixture(scope="module")
def notebook(jupyter):
    folder = jupyter.server.root / "notebooks" / "hostile"
    folder.mkdir()
    records = {"PT1H.json": [record(name) for name in NAMES], "VNET.json": [vnet_record(n) for n in NAMES]}
    for name, of_family in records.items():
        (folder / name).write_text(json.dumps({"records": of_family}), "utf-8")
    first, *others = DISPLAYS.split("CELL\n")
    yield jupyter.open(jupyter.write([f"NAMES = {NAMES!r}\n{first}", *others])).run_all()
    jupyter.close()


def test_nothing_runs_and_nothing_is_fetched(notebook):
    notebook.check()
    assert notebook.page.evaluate("() => window.pwned") is None
    assert notebook.panel.locator('img[src="x"], a[href="x"]').count() == 0


def test_no_template_is_evaluated(notebook):
    assert str(1337 * 7331) not in notebook.page.content()


@pytest.mark.parametrize("name", NAMES[:-1])
def test_the_name_is_shown_as_it_is(notebook, name):
    shown = " ".join(notebook.text().split())
    assert shown.count(" ".join(name.split())) >= 5


def test_characters_that_turn_text_around_are_spelled_out(notebook):
    assert r"a\u202egnp.exe\u200b" in notebook.text()
    kits_own = notebook.panel.locator("svg.marks, .nsgkit-panel, .nsgkit-cut").all_text_contents()
    assert not [text for text in kits_own if "\u202e" in text or "\u200b" in text]
