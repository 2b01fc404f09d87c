"""The traffic explorer as an analyst uses it: brush, filter, pick, open, take the code along."""

import re
from collections import Counter

import pytest

CELLS = [
    "import nsgkit\nfrom nsgkit.explore import traffic_explorer",
    "logs = nsgkit.read_logs('../data/samples')",
    "traffic_explorer(logs)",
]
OVER_TIME, DENIED = "Connections and denied attempts over time", "Denied attempts by source address"
# An independent count, in plain Python, in the notebook's kernel.
PLAIN = (
    "[(r.src_ip, r.blob, r.record, r.tuple) for r in logs.flows.itertuples() if r.dst_port == 22 and "
    "r.decision == 'denied' and '2024-12-18 01:00' <= str(r.time)[:16] < '2024-12-18 08:00']"
)


@pytest.fixture
def fresh(run_cells):
    return run_cells(*CELLS).wait_for("32,814 conversations")


def ran(notebook, expression):
    """What an expression is after the shown code has run in the notebook's kernel."""
    notebook.press("Show as code").settle()
    notebook.wait_for("Code")
    code = notebook.control("Code").input_value()
    return notebook.evaluate(f"(lambda names: (exec({code!r}, names), {expression})[1])({{'logs': logs}})")


def test_brush_filter_bar_rows_and_code_agree_with_a_plain_count(fresh):
    plain = fresh.evaluate(PLAIN)
    counts = Counter(row[0] for row in plain)
    fresh.brush(OVER_TIME, "2024-12-18 01:00", "2024-12-18 08:00").wait_for("until:2024-12-18T08:00")
    fresh.set("Filter", "dst_port:22 denied").wait_for(f"{len(plain)} of 32,814 conversations")
    fresh.set("Break down by", "source address").press("Show the table").wait_for(
        "The table behind the picture"
    )
    assert {
        row["Source address"]: int(row["Denied attempts"].replace(",", "")) for row in table(fresh)
    } == counts
    assert ran(fresh, "dict(zip(names['table']['src_ip'], map(int, names['table']['denied'])))") == counts
    most, number = counts.most_common(1)[0]
    fresh.chart(DENIED).locator(f'.mark-rect.role-mark path[aria-label*="{most}"]').first.click()
    fresh.wait_for(f"{number} of 32,814 conversations").set("Picture", "Rows")
    fresh.wait_for(f"The {number} flow rows of the first {number} of {number} conversations.")
    mine = [row[1:] for row in plain if row[0] == most]
    assert {(int(row["Record"]), int(row["Tuple"])) for row in table(fresh)} == {row[1:] for row in mine}
    key = "names['table'][['blob', 'record', 'tuple']].astype(object).itertuples(index=False, name=None)"
    assert sorted(ran(fresh, f"list({key})")) == sorted(mine)
    assert fresh.faults() == []


def test_rows_are_sorted_by_value_and_searched(fresh):
    fresh.set("Picture", "Rows").wait_for("flow rows of the first")
    fresh.explorer().get_by_role("columnheader", name="Source port").get_by_role("button").press("Enter")
    ports = [int(row["Source port"]) for row in table(fresh)]
    assert ports == sorted(ports)
    fresh.explorer().get_by_role("searchbox").fill("UDP")
    assert {row["Protocol"] for row in table(fresh)} == {"UDP"}
    assert fresh.faults() == []


def test_a_drag_looks_closer_and_back_goes_back(fresh):
    fresh.brush(OVER_TIME, "2024-12-18 06:00", "2024-12-18 12:00").wait_for("from:2024-12-18T06:00")
    fresh.wait_for("per 5 minutes")
    assert fresh.control("From (UTC)").input_value() == "2024-12-18T06:00"
    fresh.set("Filter", "tcp").wait_for("Filter: tcp from:2024-12-18T06:00 until:2024-12-18T12:00")
    fresh.press("Back").press("Back").wait_for(re.compile("^32,814 conversations"))
    assert fresh.faults() == []


def test_filter_both_pictures_and_buttons_are_in_sight_together(fresh, jupyter):
    for width, height in ((1280, 800), (1920, 1080)):
        with jupyter.looking(width=width, height=height):
            fresh.explorer().evaluate("node => node.scrollIntoView({block: 'start'})")
            fresh.page.wait_for_timeout(500)
            inside = {name: fresh.in_sight(name) for name in ("Filter", OVER_TIME, "Connections by protocol")}
            assert min(inside.values()) > 0.5, inside


def test_a_click_on_a_row_shows_its_raw_tuple(fresh):
    fresh.set("Filter", "dst_port:22 denied").set("Picture", "Rows").wait_for("Click a row")
    fresh.explorer().locator("table.dataTable tbody tr").nth(1).locator("td").first.click()
    fresh.wait_for(re.compile(r"SHA-256 [0-9a-f]{64}"))
    assert fresh.faults() == []


@pytest.mark.parametrize(
    ("picture", "title", "mark", "term"),
    [
        ("Hours and days", "Connections by hour and day", ".mark-rect.role-mark path", "from:"),
        ("Matrix", "Who talks to whom", ".mark-rect.role-mark path", "dst:"),
        ("Links", "Sources, rules, destinations", ".mark-area.role-mark path", "rule:"),
    ],
)
def test_a_click_in_each_picture_filters_the_others(fresh, picture, title, mark, term):
    fresh.set("Picture", picture).chart(title).locator(mark).first.click(force=True)
    fresh.wait_for(re.compile(f"Filter: {'' if term == 'from:' else '-?src:'}"))
    assert term in fresh.status()[0]
    assert fresh.faults() == []


def test_the_keyboard_alone_suffices(fresh):
    """Filter with what is offered, zoom, pick, turn round, open a row, export, keep: no mouse."""
    keyboard = fresh.page.keyboard
    fresh.control("Filter").focus()
    keyboard.type("dst_po")
    fresh.explorer().get_by_role("option", name="dst_port:").wait_for()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    keyboard.type("22 deni")
    fresh.explorer().get_by_role("option", name="denied Decision").wait_for()
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.press("Enter")
    fresh.wait_for("Filter: dst_port:22 denied")
    timeline(fresh).focus()
    keyboard.press("+")
    fresh.wait_for("denied from:2024-12-18T")
    fresh.settle()
    keyboard.press("0")
    fresh.wait_for(re.compile("Filter: dst_port:22 denied$"))
    fresh.control("Choose").focus()
    keyboard.press("ArrowDown")
    fresh.wait_for("Filter: dst_port:22 denied protocol:TCP")
    fresh.button("protocol:TCP").focus()
    keyboard.press("Space")
    fresh.wait_for("No conversation matches dst_port:22 denied -protocol:TCP")
    fresh.button("-protocol:TCP").focus()
    keyboard.press("Space")
    fresh.wait_for("Filter: dst_port:22 denied protocol:TCP")
    for name, said in (
        ("Rows", "flow rows of the first"),
        ("Export CSV", "Exported to"),
        ("Keep this picture", "Kept at"),
    ):
        fresh.button(name).focus()
        keyboard.press("Space")
        fresh.wait_for(said)
    assert fresh.faults() == []


def timeline(notebook):
    return notebook.explorer().locator(".nsgkit-gestures")


def test_wheel_and_double_click_look_closer_and_at_the_whole(fresh):
    chart = fresh.chart(OVER_TIME)
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    fresh.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    timeline(fresh).focus()
    fresh.page.mouse.wheel(0, -240)
    fresh.wait_for("Filter: from:2024-12-18T")
    fresh.settle()
    chart = fresh.chart(OVER_TIME).bounding_box()
    fresh.page.mouse.dblclick(chart["x"] + chart["width"] / 2, chart["y"] + chart["height"] / 2)
    fresh.wait_for(re.compile("^32,814 conversations"))
    assert fresh.faults() == []


def test_a_page_scrolls_over_a_picture_that_nobody_clicked(fresh):
    box = fresh.chart(OVER_TIME).bounding_box()
    fresh.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    fresh.page.mouse.wheel(0, -240)
    fresh.page.wait_for_timeout(600)
    assert fresh.control("From (UTC)").input_value() == ""


def test_hostile_names_that_are_offered_stay_text(run_cells):
    hostile = "<img src=x onerror=alert(1)>"
    fresh = run_cells(
        CELLS[0],
        "logs = nsgkit.read_logs('../data/samples', end='2024-12-18 01:00').flows",
        f"logs['rule'] = {hostile!r}; logs['rule'] = logs['rule'].astype('category')",
        "traffic_explorer(logs)",
    )
    fresh.wait_for("conversations, denied")
    fresh.control("Filter").focus()
    fresh.page.keyboard.type("rule:")
    fresh.wait_for(hostile)
    assert fresh.faults() == []


def test_a_slip_is_one_sentence_in_the_widget(fresh):
    fresh.set("Filter", "dst_prt:22").wait_for("The filter has no field 'dst_prt'")
    assert "Did you mean dst_port:" in fresh.status()[0]
    fresh.set("Filter", "").wait_for("32,814 conversations")
    assert fresh.faults() == []


def test_hostile_text_in_the_filter_stays_text_and_clear_takes_it_out(fresh):
    fresh.set("Filter", 'rule:"><img src=x onerror=alert(1)>').wait_for("cannot be read")
    fresh.set("Filter", 'rule:"<img src=x onerror=alert(1)>"').wait_for("No conversation matches")
    assert fresh.faults() == []
    fresh.press("Clear").wait_for(re.compile("^32,814 conversations"))


def test_bytes_are_drawn_in_every_picture_in_both_themes(fresh, jupyter):
    for theme in ("Light", "Dark"):
        with jupyter.looking(theme, width=1920):
            for picture in ("Top", "Hours and days", "Matrix"):
                fresh.set("Measure", "bytes").set("Picture", picture).settle()
                assert fresh.faults() == []


def table(notebook):
    """The rows of the table that the explorer shows."""
    shown = notebook.explorer().locator("table.dataTable")
    shown.wait_for()
    lengths = notebook.explorer().get_by_label("entries per page")
    if lengths.count():  # a short table stands on one page
        lengths.select_option("1000")
    heads = shown.locator("thead th").all_inner_texts()
    rows = shown.evaluate("t => [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.innerText))")
    return [dict(zip(heads, row, strict=True)) for row in rows]
