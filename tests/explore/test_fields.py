"""The field explorer, driven from Python; tests/browser drives it in JupyterLab."""

import html
import json
import re

import ipywidgets
import pytest

from nsgkit.explore import fields
from nsgkit.explore.fields import EXAMPLES, field_explorer
from nsgkit.flows.explain.tuples import explain

DENIED = "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,"


def parts(explorer):
    """The field to paste into, the buttons by name, the status line and the result."""
    _style, pasted, choices, status, result, _case = explorer.children
    return pasted, {b.description: b for b in choices.children[1:]}, status, result


def words(widget):
    return html.unescape(re.sub("<[^>]*>", " ", widget.value))


def test_the_field_has_a_label_and_an_example_to_follow():
    pasted, *_ = parts(field_explorer())
    assert pasted.description == "Tuple, record or PT1H.json:"
    assert DENIED in pasted.placeholder


def test_empty_it_says_what_to_paste():
    *_, status, result = parts(field_explorer())
    assert "Paste a tuple, a record or a PT1H.json above, or press an example." in words(status)
    assert result.value == ""


def test_what_is_typed_is_explained_at_once():
    pasted, _, status, result = parts(field_explorer())
    pasted.value = DENIED
    assert "Begin by name only: the decision is D, so it began nothing." in words(result)
    assert "No mistake." in words(status)


def test_every_field_is_a_row_of_the_table():
    *_, result = parts(field_explorer(DENIED))
    assert result.value.count("<tr><td>") == 13


def test_mistakes_are_counted_and_marked():
    *_, status, result = parts(field_explorer(DENIED.replace("12086", "70000").replace(",T,", ",X,")))
    assert "2 mistakes." in words(status)
    assert result.value.count("<b>Mistake.</b>") == 2


def test_what_is_odd_is_told_apart_from_a_mistake():
    *_, status, result = parts(field_explorer(DENIED.replace(",D,B", ",B,B")))
    assert "No mistake, but 1 oddity" in words(status)
    assert "<b>Odd.</b>" in result.value


def test_one_click_fills_in_an_example():
    pasted, buttons, _, result = parts(field_explorer())
    buttons["VNet version 4"].click()
    assert pasted.value == EXAMPLES["VNet version 4"]
    assert "VNet version 4, because the protocol is a number" in words(result)


def test_one_click_empties_it():
    pasted, buttons, _, result = parts(field_explorer(DENIED))
    buttons["Empty it"].click()
    assert (pasted.value, result.value) == ("", "")


@pytest.mark.parametrize(("name", "faultless"), [(n, n != "Full of mistakes") for n in EXAMPLES])
def test_each_example_is_what_it_is_called(name, faultless):
    table = explain(EXAMPLES[name])
    assert (table["finding"] != "mistake").all() == faultless
    assert name not in ("NSG version 1", "NSG version 2", "VNet version 4") or name in table["meaning"][0]


def test_the_example_with_mistakes_shows_one_of_every_common_kind():
    table = explain(EXAMPLES["Full of mistakes"]).query("finding == 'mistake'")
    assert {"time", "src_ip", "dst_port", "direction", "state", "packets_src_to_dst"} <= set(table["column"])


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "${alert(1)}",
    "</script>",
    '"><img',
    "\u202eevil",
    "`x`",
]
OURS = {"section", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "code", "div", "b"}


@pytest.mark.parametrize("key", ["flowTuples", "rule", "mac", "resourceId", "category", "Version", None])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(key, hostile):
    record = {"category": "x", key or hostile: f"1,{hostile},3"}
    *_, result = parts(field_explorer(json.dumps(record)))
    assert hostile not in result.value
    assert set(re.findall(r"</?([^\s>]*)", result.value)) <= OURS


def test_ten_thousand_characters_are_taken():
    pasted, _, _, result = parts(field_explorer())
    pasted.value = DENIED * 200
    assert len(result.value) < 1_000_000
    assert "fields instead of 8 or 12 or 13" in words(result)


def test_an_error_in_the_handler_is_a_sentence_in_the_widget(monkeypatch):
    pasted, _, status, result = parts(field_explorer(DENIED))
    monkeypatch.setattr(fields, "explain", lambda _text: 1 / 0)
    pasted.value = "1,2"
    assert "This did not work: ZeroDivisionError" in words(status)
    assert result.value == ""


def test_it_is_a_widget():
    assert isinstance(field_explorer(), ipywidgets.VBox)


def opened(result):
    """The name of each part of the explanation, and whether its fields are in sight."""
    found = re.findall(r"<(details|section)( open)?>(?:<summary>)?<b>(.*?)\.</b>", result.value)
    return {name: bool(is_open) or kind == "section" for kind, is_open, name in found}


def test_of_several_tuples_the_first_is_open_and_so_is_each_with_a_mistake():
    *_, result = parts(field_explorer("\n".join([DENIED, DENIED, DENIED.replace("12086", "70000")])))
    assert opened(result) == {"Tuple 0": True, "Tuple 1": False, "Tuple 2": True}


def test_of_a_record_its_first_tuple_is_open():
    *_, result = parts(field_explorer(EXAMPLES["A record"]))
    assert opened(result) == {"Record 0": False, "Record 0, tuple 0": True, "Record 0, tuple 1": False}


def test_what_is_closed_says_in_words_what_it_is():
    *_, result = parts(field_explorer(f"{DENIED}\n{DENIED}"))
    assert result.value.count("In words: 2024-12-19 09:43:36 UTC, inbound, TCP") == 2


def folded_parts(text):
    """What is seen of a folded explorer, its button, and what the button shows."""
    _style, line, whole = field_explorer(text, folded=True).children
    unfold, said = line.children
    return unfold, said, whole


def test_folded_it_says_each_tuple_in_words_and_hides_the_rest():
    unfold, said, whole = folded_parts(f"{DENIED}\n{DENIED.replace('12086', '12087')}")
    assert whole.layout.display == "none"
    assert words(said).count("a rule denied it.") == 2
    unfold.value = True
    assert (whole.layout.display, said.layout.display) == (None, "none")
    unfold.value = False
    assert (whole.layout.display, said.layout.display) == ("none", None)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("", "Nothing is pasted yet. Paste a tuple"),
        (DENIED.replace("12086", "70000"), "1 mistake. A tuple with a mistake is a reject"),
        ("\n".join([DENIED] * 9), "No mistake."),
    ],
)
def test_folded_it_gives_the_verdict_where_words_would_be_too_many(text, verdict):
    _, said, _ = folded_parts(text)
    assert words(said).startswith(verdict)


def test_what_was_changed_is_said_when_it_is_folded_again():
    _, said, whole = folded_parts(DENIED)
    pasted = whole.children[0]
    pasted.value = DENIED.replace(",D,B", ",A,B")
    assert "a rule allowed it" in words(said)
    pasted.value = "1,2"
    assert "mistake" in words(said)
