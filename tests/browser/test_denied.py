"""The queue of denied attempts worked through by keys alone, and what of it is there after a restart."""

import json

import pytest

CELLS = [
    "import nsgkit\nfrom nsgkit.explore import denied_queue",
    "logs = nsgkit.read_logs('../data/samples')",
    "conversations = nsgkit.conversations(logs.flows)",
    "denied_queue(conversations, logs=logs)",
]
VERDICTS = {"b": "✓ benign", "s": "▲ suspicious", "u": "? unknown"}
GIVEN = "sbusbbubsb"
RESTART = """async () => {
    const session = window.jupyterapp.shell.currentWidget.context.sessionContext;
    await session.restartKernel();
    await session.session.kernel.info;
}"""
ROWS = """box => [...box.querySelectorAll('tbody tr')]
    .map((row) => [...row.cells].map((cell) => cell.textContent))"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"


@pytest.fixture
def fresh(run_cells, jupyter):
    yield run_cells(*CELLS).wait_for("denied attempts from 180 sources")
    (jupyter.server.root / "notebooks" / "verdicts.jsonl").unlink(missing_ok=True)


def queue(notebook):
    return notebook.explorer().locator(".nsgkit-queue")


def rows(notebook):
    return queue(notebook).evaluate(ROWS)


def focused(notebook):
    return notebook.page.evaluate("() => document.activeElement.className")


def saved(jupyter):
    file = jupyter.server.root / "notebooks" / "verdicts.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def test_ten_verdicts_by_keys_are_there_after_a_restart_and_a_reload(fresh, jupyter):
    keyboard = fresh.page.keyboard
    fresh.button("Show internet noise (143 rows hidden)").focus()
    while "nsgkit-queue" not in focused(fresh):
        keyboard.press("Tab")
    for place, key in enumerate(GIVEN):
        if place == 2:
            keyboard.press("n")
            keyboard.type("busy server, job j/k")  # letters that are keys of the queue
            keyboard.press("Escape")
        keyboard.press(key)
        keyboard.press("j")
    fresh.wait_for("10 of 39 rows decided")
    marks = [VERDICTS[key] for key in GIVEN]
    assert [row[0] for row in rows(fresh)] == [*marks, *[""] * 29]
    lines = saved(jupyter)
    assert [line["verdict"] for line in lines] == [VERDICTS[key][2:] for key in GIVEN]
    assert [line["finding"]["src_ip"] for line in lines] == [row[3] for row in rows(fresh)[:10]]
    assert [line["note"] for line in lines] == ["", "", "busy server, job j/k", *[""] * 7]
    assert fresh.faults() == []

    fresh.page.evaluate(RESTART)
    fresh.run_all().wait_for("denied attempts from 180 sources")
    fresh.settle()
    assert [row[0] for row in rows(fresh)] == [*marks, *[""] * 29]

    fresh.page.evaluate(SAVE)
    jupyter.close()
    jupyter.discard()  # the page is loaded anew
    again = jupyter.open(fresh.path).run_all().wait_for("denied attempts from 180 sources")
    assert [row[0] for row in rows(again.settle())] == [*marks, *[""] * 29]
    queue(again).focus()
    again.page.keyboard.press("j")
    again.page.keyboard.press("j")
    assert again.control("Note").input_value() == "busy server, job j/k"
    assert [said for said in again.faults() if "widget model not found" not in said] == []  # the old output's


def chosen(notebook):
    return notebook.explorer().locator('.nsgkit-queue tr[aria-selected="true"] td').nth(3).inner_text()


def test_keys_lead_through_the_queue_and_open_the_row(fresh):
    keyboard, sources = fresh.page.keyboard, [row[3] for row in rows(fresh)]
    queue(fresh).focus()
    for key, place in (
        ("j", 1),
        ("ArrowDown", 2),
        ("k", 1),
        ("ArrowUp", 0),
        ("k", 0),
        ("End", 38),
        ("Home", 0),
    ):
        keyboard.press(key)
        assert chosen(fresh) == sources[place]
    keyboard.press("j")
    keyboard.press("j")
    fresh.wait_for("203.0.113.199 (not inside) was denied 27 times")
    assert fresh.faults() == []


def test_sorted_by_a_heading_the_keys_follow_what_is_seen(fresh):
    fresh.explorer().locator(".nsgkit-queue th").get_by_role("button", name="Attempts").click()
    attempts = [int(row[6]) for row in rows(fresh)]
    assert attempts == sorted(attempts, reverse=True)
    queue(fresh).focus()
    fresh.page.keyboard.press("Home")
    assert chosen(fresh) == rows(fresh)[0][3]
    fresh.wait_for(f"{rows(fresh)[0][3]} (")
    assert fresh.faults() == []


def test_what_is_typed_into_a_field_judges_nothing(fresh, jupyter):
    for field in ("Filter", "Note"):
        fresh.control(field).focus()
        fresh.page.keyboard.type("bsujk")
    fresh.settle()
    assert saved(jupyter) == []
    assert fresh.control("Note").input_value() == "bsujk"


def test_a_draft_of_a_note_stays_with_its_row(fresh, jupyter):
    fresh.control("Note").fill("half a thought")
    queue(fresh).focus()
    fresh.page.keyboard.press("j")
    assert fresh.control("Note").input_value() == ""
    fresh.page.keyboard.press("k")
    assert fresh.control("Note").input_value() == "half a thought"
    fresh.press("✓ benign").wait_for("1 of 39 rows decided")
    assert [line["note"] for line in saved(jupyter)] == ["half a thought"]


def test_a_note_that_could_not_be_saved_is_not_lost(run_cells):
    fresh = run_cells(*CELLS[:-1], "denied_queue(conversations, verdicts='none/v.jsonl')")
    fresh.wait_for("denied attempts from 180 sources").control("Note").fill("what I found")
    fresh.press("▲ suspicious").wait_for("The verdict was not saved")
    queue(fresh).focus()
    fresh.page.keyboard.press("j")
    fresh.page.keyboard.press("k")
    assert fresh.control("Note").input_value() == "what I found"
    assert rows(fresh)[0][0] == ""


def test_both_pictures_are_drawn_in_both_themes(fresh, jupyter):
    for theme in ("Light", "Dark"):
        with jupyter.looking(theme, width=1920):
            queue(fresh).focus()
            fresh.page.keyboard.press("Home")
            fresh.chart("Denied, and allowed at the same place")
            fresh.chart("Denied attempts by target and port")
            assert fresh.faults() == []


def test_hostile_rules_stay_text(run_cells):
    hostile = "<img src=x onerror=alert(1)>"
    fresh = run_cells(
        CELLS[0],
        "logs = nsgkit.read_logs('../data/samples', end='2024-12-18 02:00').flows",
        f"logs['rule'] = {hostile!r}; logs['rule'] = logs['rule'].astype('category')",
        "denied_queue(nsgkit.conversations(logs), verdicts='none.jsonl', noise=True)",
    )
    fresh.wait_for("denied attempts from")
    assert rows(fresh)[0][-1] == hostile
    assert fresh.faults() == []
