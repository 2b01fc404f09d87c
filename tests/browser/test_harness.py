"""The harness catches what it is for: cells broken on purpose, and the reason that it gives for each."""

import pytest

from tests.browser.test_saved import SAVE

IMPORTS = """import altair as alt, ipywidgets, pandas as pd
import nsgkit.views
from IPython.display import HTML, display
from nsgkit.explore.workbench.panel import report_errors, panel, status_line
from nsgkit.views.theme import selectable, titled
one = pd.DataFrame({"n": [1], "time": pd.to_datetime(["2024-12-19"], utc=True)})
bar = alt.Chart(one).mark_bar().encode(x="n:Q")
press = lambda name, handler: (b := ipywidgets.Button(description=name), b.on_click(handler))[0]"""

BROKEN = {
    "a renderer that needs the network": (
        "with alt.renderers.enable('default'): display(titled(bar, 'Online'))",
        "outside request: https://",
    ),
    "a chart shown as text": ("print(bar.to_json())", "text is shown in place of a picture: {"),
    "a widget shown as text": ("print(ipywidgets.VBox([]))", "text is shown in place of a picture: VBox("),
    "a chart without rows": (
        "titled(alt.Chart(one.head(0)).mark_bar().encode(x='n:Q'), 'None left')",
        'the chart "None left" draws no mark: it has axes and no rows',
    ),
    "a chart without a title": ("bar", "a chart has no title"),
    "a chart in local time": (
        "titled(alt.Chart(one).mark_point().encode(x='time'), 'When')",
        'the chart "When" shows local time, not UTC',
    ),
    "a time axis that does not say UTC": (
        "titled(alt.Chart(one).mark_point().encode(alt.X('time', title='t').scale(type='utc')), 'Mute')",
        'the chart "Mute" does not say that its time axis is UTC',
    ),
    "text as pale as the page": (
        "titled(alt.Chart(one).mark_text(color='#fdfdfd').encode(text='n'), 'Pale')",
        'the chart "Pale" has text that cannot be read on this page: "1"',
    ),
    "a specification that cannot be drawn": (
        "titled(bar.transform_filter('(('), 'Wrong')",
        "a picture failed: Javascript Error: ",
    ),
    "a widget's specification that cannot be drawn": (
        "selectable(titled(bar.transform_filter('(('), 'Wrong'))",
        "a widget failed: JavaScript Error: ",
    ),
    "a problem that a widget reports": (
        "s = status_line(); report_errors(s, lambda: {}['x'])(); panel(s)",
        "a widget reports a problem: This did not work: KeyError: 'x'.",
    ),
    "a name that was not escaped": ("HTML('<img src=x onerror=alert(1)>')", "a dialog opened: 1"),
    "a blank framed page": ("HTML('<iframe srcdoc=\"<body></body>\"></iframe>')", "a framed page is blank"),
    "blank HTML": ("HTML('<div></div>')", "an HTML output is blank"),
    "a blank widget": ("ipywidgets.VBox([])", "a widget is blank"),
    "a warning": ("import warnings; warnings.warn('old')", "a warning or error is printed: "),
    "a handler that raises": (
        "press('Raise', lambda _: 1 / 0)",
        "a handler's words got only into the log: ZeroDivisionError: division by zero",
    ),
    "an observer that raises": (
        "box = ipywidgets.Text(description='Name'); box.observe(lambda _: [][1], 'value'); box",
        "IndexError: list index out of range",
    ),
    "a handler that speaks to the console only": (
        "press('Speak', lambda _: print('three rows'))",
        "a handler's words got only into the log: three rows",
    ),
    "an error": ("1 / 0", "error output: ZeroDivisionError: division by zero"),
    "a cell that the error kept from running": ("2", "did not run"),
}


@pytest.fixture(scope="module")
def faults(jupyter):
    """Everything that the harness says of a notebook with one broken cell of each kind."""
    sources = [source for source, _ in BROKEN.values()]
    notebook = jupyter.open(jupyter.write([IMPORTS, *sources])).run_all()
    notebook.press("Raise").set("Name", "x").press("Speak")
    found = notebook.faults(patience=4)
    jupyter.discard()
    return found


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_named(broken, faults):
    number = 2 + list(BROKEN).index(broken)
    _, reason = BROKEN[broken]
    told = [f for f in faults if f.startswith(f"cell {number}: ") or not f.startswith("cell ")]
    assert any(reason in fault for fault in told), told


def test_nothing_is_said_of_a_sound_cell(faults):
    assert not [fault for fault in faults if fault.startswith("cell 1: ")]


def test_a_sound_notebook_has_no_fault(run_cells):
    notebook = run_cells(IMPORTS, "titled(bar, 'One')", "panel(ipywidgets.Text(description='Name'))", "one")
    notebook.check()


def test_a_saved_widget_that_is_gone_is_not_the_next_notebook_s_fault(jupyter):
    saved = jupyter.write(["import ipywidgets\nipywidgets.IntSlider()"], "slider.ipynb")
    jupyter.open(saved).run_all().check()
    assert jupyter.page.evaluate(SAVE)
    jupyter.open(saved)  # whose kernel knows no slider: JupyterLab searches for it
    assert "Loading widget" in jupyter.panel_text()
    following = jupyter.open(jupyter.write(["1"], "following.ipynb")).run_all()
    jupyter.page.wait_for_timeout(2500)
    assert following.faults() == []
    jupyter.close()


def test_one_theme_can_follow_the_other_at_once(jupyter):
    notebook = jupyter.run(["print('seen')"])
    for theme in ("Dark", "Light", "Dark", "Light"):
        with jupyter.looking(theme):
            pass
    assert notebook.faults() == []
    jupyter.close()
