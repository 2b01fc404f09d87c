"""The form of notebook 01 as a reader fills it in: chooses, errs, copies, and never needs a mouse."""

import json

import pytest

NSG = "Network security group (NSG)"
GROUP = "/subscriptions/d6549a66-c45c-4979-840c-3b356da446b0/resourceGroups/marshlane"
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/marshlanelogs"
WHAT, ID, DAYS = "What to log:", "Its resource id:", "Retention (days):"


@pytest.fixture(scope="module")
def form(jupyter):
    """One form for all tests of this file: each leaves it as it opened."""
    notebook = jupyter.open("notebooks/01-enable-flow-logs.ipynb").run_all()
    assert notebook.faults() == []
    notebook.wait_for("Not yet possible: the logs do not tell <resource group>, <storage account>")
    notebook.set("Storage account's id:", STORAGE).wait_for("These choices are possible.")
    yield notebook
    jupyter.close()


@pytest.fixture
def text(form):
    """What stands below the buttons now."""
    form.settle()
    return lambda: form.explorer().locator("pre").inner_text()


def test_the_choices_become_commands(form, text):
    form.set("Traffic Analytics:", "Every 10 minutes").wait_for("<workspace> in the workspace's id.")
    form.wait_for("--interval 10")
    assert "az network watcher flow-log create" in text()
    form.set("Traffic Analytics:", "Off").wait_for("--traffic-analytics false")


def test_the_template_on_the_screen_is_valid_json(form, text):
    form.set(DAYS, "30").press("ARM template").wait_for("deploymentTemplate.json")
    (resource,) = json.loads(text())["resources"]
    assert resource["type"] == "Microsoft.Network/networkWatchers/flowLogs"
    assert resource["properties"]["retentionPolicy"] == {"days": 30, "enabled": True}
    form.set(DAYS, "90").press("az commands").wait_for("--retention 90")


def test_an_nsg_says_why_it_is_impossible(form):
    form.set(WHAT, NSG).wait_for("A new NSG flow log cannot be created")
    assert "These choices are not possible as they stand." in form.status()[0]
    assert not form.button("Bicep").is_visible()
    form.set(WHAT, "Virtual network").wait_for("These choices are possible.")


@pytest.mark.parametrize(
    ("label", "wrong", "why", "right"),
    [
        (DAYS, "366", "Retention cannot be 366 days", "90"),
        ("Storage account's region:", "westus", "The storage account is in westus", "northeurope"),
        ("Version:", "1", "Version 1 is a format of NSG flow logs", "2"),
    ],
)
def test_what_is_impossible_says_why(form, label, wrong, why, right):
    form.set(label, wrong).wait_for(why)
    assert form.explorer().locator("pre").count() == 0
    form.set(label, right).wait_for("These choices are possible.")


def test_a_hostile_name_is_shown_and_does_not_run(form, text):
    form.set("Who is to read the logs:", '"><img src=x onerror=alert(1)>{{7*7}}')
    form.press("Role to read").wait_for("{{7*7}}")
    assert "--assignee='\"><img src=x onerror=alert(1)>{{7*7}}'" in text()
    assert form.faults() == []
    form.set("Who is to read the logs:", "").press("az commands").wait_for("--retention")


def test_the_keyboard_alone_suffices(form):
    form.control(DAYS).focus()
    keyboard = form.page.keyboard
    keyboard.press("Control+A")
    keyboard.type("400")
    keyboard.press("Tab")
    form.wait_for("Retention cannot be 400 days")
    form.set(DAYS, "90").wait_for("These choices are possible.")
