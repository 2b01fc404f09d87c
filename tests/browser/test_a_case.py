"""Ten questions of a case, from one address to the report, answered with mouse and keyboard alone.

Each answer is what the screen says, and is found a second time in the JSON of the samples.
"""

import hashlib
import json
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.browser.report import opened
from tests.browser.server import PATIENCE, REPOSITORY
from tests.browser.test_saved import LEFT, SAVE

INTRUDER, JUMP_HOST, INDICATOR = "203.0.113.199", "10.20.0.4", "203.0.113.222"
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}"
WHY, NOTE, REASON = f"Let in {HOSTILE}", f"Ask who opened it {HOSTILE}", f"Nobody planned it {HOSTILE}"
CELLS = [
    "import nsgkit\nfrom nsgkit.explore import findings_explorer, timeline_explorer\n"
    "logs = nsgkit.read_logs('../data/samples', start='2024-12-18', end='2024-12-18 12:00')\n"
    "conversations = nsgkit.conversations(logs)",
    "timeline_explorer(conversations, logs=logs)",
    "found = nsgkit.detections.findings(conversations, kinds=['brute force'])\n"
    "findings_explorer(conversations, found, logs=logs, verdicts='kims-verdicts.jsonl')",
]
LANES = "What happened when"


def test_ten_questions_of_a_case(notebook, jupyter):
    timeline, findings = notebook.explorer(0), notebook.explorer(1)
    tried = begins(src=INTRUDER)
    let_in = [each for each in tried if each["decision"] == "A"]

    # Before there is a case, nothing can be written into one, and the explorer says how to open one.
    press(timeline, "Case")
    says(timeline, "No case is open. Open one: nsgkit.case.open('case', logs)")
    press(timeline, "Star")
    says_now(timeline, "No case is open.")
    run_below(notebook, "case = nsgkit.case.open('kims-case', logs, author='kim')")

    # 1. Find: how often did the address of the alert come?
    fill(timeline, "Filter", f"ip:{INTRUDER}")
    says_now(timeline, f"{len(tried)} of ")

    # 2. Zoom: when was it first seen, and did it get in?
    notebook.brush(LANES, "2024-12-18 01:00", "2024-12-18 02:00")
    says_now(
        timeline, re.compile(r"in 1 lane, 2024-12-18 0[01]:\d\d:\d\d UTC to 2024-12-18 0[12]:\d\d:\d\d UTC")
    )
    key(timeline, "j")
    says(timeline, f"{heading(tried[0])}: denied")
    assert in_row(timeline, "First seen") == f"{spoken(tried[0])} UTC"

    # 3. Which line of which file proves it?
    says(timeline, tried[0]["raw"], f"SHA-256 {tried[0]['sha256']}")

    # 4. When was it let in, and by which rule?
    fill(timeline, "Filter", f"ip:{INTRUDER} allowed")
    key(timeline, "0")
    says_now(timeline, f"{len(let_in)} of ")
    key(timeline, "j")
    says(timeline, f"{heading(let_in[0])}: allowed")
    assert in_row(timeline, "First seen") == f"{spoken(let_in[0])} UTC"
    assert in_row(timeline, "Rule") == let_in[0]["rule"]

    # 5. Pivot: whom else did the machine deal with that it entered?
    timeline.get_by_title(f"Who else had to do with Destination address: {JUMP_HOST}, below").click()
    called = begins(src=JUMP_HOST, dst=INDICATOR)
    row = timeline.locator("table.dataTable tr").filter(has_text=INDICATOR)
    holds(row, f"443 TCP ({len(called)})", spoken(called[0]))

    # 6. Star what let it in, with why.
    fill(timeline, "Why or note", WHY)
    fill(timeline, "Tags", "first access")
    press(timeline, "Star")
    says_now(timeline, f"Starred. Line 2: 1 allowed connection from {INTRUDER} to {JUMP_HOST}")

    # 7. Note what to ask.
    fill(timeline, "Why or note", NOTE)
    press(timeline, "Add the note")
    says_now(timeline, "Line 3: noted.")
    says(timeline, "Open: the case kims-case, 4 lines.")

    # 8. Judge: was a password guessed? The finding says how it was counted; the verdict says why.
    says(findings, f"{INTRUDER} connected to port 22 of {JUMP_HOST} {len(let_in) - 1} times")
    judge(findings, "s", REASON)
    says_now(findings, "brute force is suspicious. 1 of 1 decided. In the case kims-case, too.")

    # 9. Keep the picture.
    press(timeline, "Keep picture in the case")
    says_now(timeline, "kept in the case kims-case: What happened when")

    # 10. What will others read? The report says it all, in a browser that has nothing but the file.
    run_below(notebook, "case.report('kims-report.html')")
    with opened(jupyter, jupyter.server.root / "notebooks" / "kims-report.html") as page:
        it_says_it_all(page, let_in[0])

    notebook.check()
    reopened_it_still_says_what_was_said(jupyter, notebook.path)


def it_says_it_all(report, entry):
    """The account in the order of time, in the words that were written, with what proves it."""
    told = f"{spoken(entry)} to", WHY, NOTE, REASON, entry["rule"], "Tags: first access."
    holds(report.locator("#account"), *told)
    holds(report.locator("#tuples"), entry["raw"])
    holds(report.locator("#blobs"), entry["sha256"])
    holds(report.locator("#verdicts"), "suspicious")
    assert report.locator("#pictures img").count() > 0 and report.locator("img[src=x]").count() == 0


def reopened_it_still_says_what_was_said(jupyter, path):
    """Saved, closed and opened again without a kernel's help, the notebook shows the same."""
    jupyter.page.wait_for_timeout(3000)  # the last state is drawn when nothing has changed for a moment
    assert jupyter.page.evaluate(SAVE)
    jupyter.close()
    jupyter.open(path).wait_for(LEFT).wait_for("In the case kims-case, too.").wait_for("kims-report.html")
    assert jupyter.page.locator("img[src=x]").count() == 0 and jupyter.dialogs == jupyter.outside == []


# -- the analyst's hands and eyes --------------------------------------------------------------------------
@pytest.fixture
def notebook(jupyter):
    yield jupyter.open(jupyter.write(CELLS, "a-case.ipynb")).run_all().wait_for("1 finding in 1 incident")
    jupyter.close()


def press(explorer, label):
    """Press a button; an icon before its words is no part of them."""
    explorer.get_by_role("button").filter(has_text=re.compile(rf"^\s*{label}\s*$")).click()


def key(explorer, name):
    """Press a key over the lanes."""
    explorer.locator(".nsgkit-gestures").focus()
    explorer.page.keyboard.press(name)


def judge(explorer, letter, reason):
    """Lead to the note by its key, type the reason, and give the verdict by its key."""
    explorer.get_by_role("listbox").last.focus()
    explorer.page.keyboard.press("n")
    explorer.page.keyboard.type(reason)
    for name in ("Enter", letter):
        explorer.page.keyboard.press(name)


def fill(explorer, label, words):
    """Type into the field with this label, and leave it by the keyboard."""
    beside = f".jupyter-widgets:has(> .widget-label:text-is({label!r})) :is(input, textarea)"
    explorer.locator(beside).last.fill(words)
    explorer.page.keyboard.press("Tab")


def run_below(notebook, code):
    """Write a cell below the last one and run it, by the keyboard."""
    keyboard = notebook.page.keyboard
    notebook.panel.locator(".jp-Cell .cm-content").last.click()
    for name in ("Escape", "b", "Enter"):
        keyboard.press(name)
    keyboard.type(code)
    keyboard.press("Shift+Enter")
    notebook.settle()


def holds(place, *said):
    for words in said:
        expect(place).to_contain_text(words, timeout=PATIENCE * 1000)


def says(explorer, *said):
    for words in said:
        expect(explorer.get_by_text(words).first).to_be_visible(timeout=PATIENCE * 1000)


def says_now(explorer, words):
    """The status line says this."""
    holds(explorer.locator(".nsgkit-status"), words)


def in_row(explorer, name):
    """What the table of the open conversation says beside this name."""
    heading = explorer.locator("table:visible").filter(has_text="What the logs say").first
    row = heading.locator("tr").filter(has=explorer.page.locator(f"td:text-is({name!r})"))
    return row.locator("td").last.inner_text()


# -- the same answers, from the JSON -----------------------------------------------------------------------
def begins(**ends):
    """Every connection and denied attempt with these ends until noon, in time order, from NSG flow logs."""
    found = []
    for path in (REPOSITORY / "data" / "samples").rglob("d=18/h=*/m=00/*/PT1H.json"):
        content = path.read_bytes()
        if path.parts[-4] < "h=12" and all(end.encode() in content for end in ends.values()):
            found += [each for each in _tuples(content) if ends.items() <= each.items()]
    return sorted({each["raw"]: each for each in found}.values(), key=lambda each: each["time"])


def _tuples(content):
    digest = hashlib.sha256(content).hexdigest()
    for record in json.loads(content)["records"]:
        for rule in record.get("properties", {}).get("flows", ()):
            for raw in (raw for flow in rule["flows"] for raw in flow["flowTuples"]):
                fields = [*raw.split(","), "B"]
                if fields[8] == "B":  # of version 1, every tuple
                    names = ("time", "src", "dst", "src_port", "dst_port", "protocol", "way", "decision")
                    told = dict(zip(names, fields, strict=False))
                    yield told | {"rule": rule["rule"], "raw": raw, "sha256": digest}


def spoken(of):
    return f"{datetime.fromtimestamp(int(of['time']), UTC):%Y-%m-%d %H:%M:%S}"


def heading(of):
    return f"{of['src']} port {of['src_port']} to {of['dst']} TCP port {of['dst_port']}"
