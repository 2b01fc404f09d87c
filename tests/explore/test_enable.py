"""The form that turns flow logs on, driven from Python; tests/browser drives it in JupyterLab."""

import html
import json
import re

import pytest

from nsgkit.enable.choice import NSG
from nsgkit.enable.known import Known
from nsgkit.explore import enable, enable_explorer

HOSTILE = ['"><img src=x onerror=alert(1)>', "{{7*7}}", "${alert(1)}", "</script>", "`x`", "a\u202eb"]


GROUP = "/subscriptions/d6549a66-c45c-4979-840c-3b356da446b0/resourceGroups/marshlane"
KNOWN = Known(GROUP, "VNET-SHOP", GROUP, "SHOP-NSG", "northeurope", nics=8)
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/marshlanelogs"


def filled(**known):
    """A form with what logs tell, in which the storage account has been typed."""
    form = enable_explorer(KNOWN._replace(**known))
    parts(form)[0]["Storage account's id:"].value = STORAGE
    return form


def parts(form):
    """The fields by label, the buttons, the status line, the consequences and the text."""
    _style, *fields, status, result, shown, text, _case = form.children
    return {field.description: field for field in fields}, shown, status, result, text


def words(widget):
    return html.unescape(re.sub("<[^>]*>", " ", widget.value))


def test_with_the_storage_account_the_choices_are_possible():
    *_, status, result, text = parts(filled())
    assert "These choices are possible." in words(status)
    assert "What it costs" in words(result)
    assert "az network watcher flow-log create" in words(text)


@pytest.mark.parametrize(("button", "begins"), [("Bicep", "resource watcher"), ("Role to read", "az role")])
def test_each_button_shows_its_text(button, begins):
    _, shown, _, _, text = parts(filled())
    shown.value = button
    assert begins in words(text)


def test_the_template_can_be_taken_as_it_stands():
    _, shown, _, _, text = parts(filled())
    shown.value = "ARM template"
    (resource,) = json.loads(words(text))["resources"]
    assert resource["type"] == "Microsoft.Network/networkWatchers/flowLogs"


def test_an_nsg_says_why_not_and_shows_no_template():
    fields, shown, status, result, text = parts(filled())
    fields["What to log:"].value = NSG
    assert "These choices are not possible as they stand." in words(status)
    assert "NsgFlowLogCreationBlocked" in words(result)
    assert "az network nsg show" in words(text)
    assert shown.layout.display == "none"


def test_the_id_follows_what_is_to_be_logged():
    fields, _, status, *_ = parts(filled())
    fields["What to log:"].value = "Subnet"
    assert fields["Its resource id:"].value.endswith("/virtualNetworks/VNET-SHOP/subnets/<subnet>")
    assert "Not yet possible: the logs do not tell <subnet> in its resource id." in words(status)
    fields["What to log:"].value = NSG
    assert fields["Its resource id:"].value.endswith("/networkSecurityGroups/SHOP-NSG")


def test_it_opens_with_what_is_known_and_says_what_is_not_yet():
    fields, _, status, result, text = parts(enable_explorer(KNOWN))
    assert fields["Its resource id:"].value.startswith(
        f"{GROUP}/providers/Microsoft.Network/virtualNetworks/"
    )
    assert fields["Its region:"].value == fields["Storage account's region:"].value == "northeurope"
    assert fields["NICs in it, about:"].value == 8
    assert "Not yet possible: the logs do not tell <resource group>, <storage account> in the " in words(
        status
    )
    assert "What it costs" in words(result)
    assert "--location northeurope" in words(text)


def test_with_nothing_known_every_name_is_a_placeholder():
    fields, _, status, _, text = parts(enable_explorer())
    target = "<subscription>, <resource group>, <virtual network> in its resource id"
    storage = "<subscription>, <resource group>, <storage account> in the storage account's id"
    told = f"{target}; <region> in its region; <name> in its name; {storage}; <region> in the storage account"
    assert f"Not yet possible: the logs do not tell {told}'s region." in words(status)
    assert "--location '<region>'" in words(text)
    assert fields["Its region:"].value == "<region>"


def test_traffic_analytics_needs_its_workspace():
    fields, _, status, *_ = parts(filled())
    fields["Traffic Analytics:"].value = 10
    assert "<workspace> in the workspace's id." in words(status)


def test_what_is_impossible_hides_the_text_also_while_something_is_unknown():
    fields, shown, status, result, text = parts(enable_explorer(KNOWN))
    fields["Retention (days):"].value = 400
    assert "Not yet possible" in words(result) and "Retention cannot be 400 days" in words(result)
    assert "These choices are not possible as they stand." in words(status)
    assert text.value == "" and shown.layout.display == "none"


def test_what_was_typed_is_not_replaced():
    fields, *_ = parts(filled())
    fields["Its resource id:"].value = "mine"
    fields["What to log:"].value = "Subnet"
    assert fields["Its resource id:"].value == "mine"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("Retention (days):", 400, "Retention cannot be 400 days"),
        ("Storage account's region:", "westus", "The storage account is in westus"),
        ("Version:", 1, "Version 1 is a format of NSG flow logs"),
        ("Its region:", "", "The region of what is to be logged is missing"),
    ],
)
def test_what_is_impossible_says_why_and_leaves_nothing_to_copy(field, value, why):
    fields, _, _, result, text = parts(filled())
    fields[field].value = value
    assert why in words(result)
    assert text.value == ""


def test_the_workspace_is_asked_for_only_with_traffic_analytics():
    fields, _, _, _, text = parts(filled())
    assert fields["Its workspace's id:"].disabled
    fields["Traffic Analytics:"].value = 10
    assert not fields["Its workspace's id:"].disabled
    assert "--interval 10" in words(text)


def test_a_measured_pace_gives_sizes():
    fields, _, _, result, _ = parts(filled(daily_bytes=1_000_000))
    fields["NICs in it, about:"].value = 100
    assert "about 3.0 GB a month" in words(result)


@pytest.mark.parametrize("label", ["Name of the flow log:", "Its resource id:", "Who is to read the logs:"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(label, hostile):
    fields, shown, status, result, text = parts(filled())
    fields[label].value = hostile
    shown.value = "Role to read"
    for widget in (status, result, text):
        assert hostile not in widget.value


def test_an_error_in_the_handler_is_a_sentence_in_the_form(monkeypatch):
    fields, _, status, result, text = parts(filled())
    monkeypatch.setattr(enable, "find_problems", lambda _choice: 1 / 0)
    fields["Retention (days):"].value = 8
    assert "This did not work: ZeroDivisionError" in words(status)
    assert result.value == text.value == ""
