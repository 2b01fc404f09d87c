"""Every notebook runs from top to bottom, offline, on the samples, and keeps to the form."""

import ast
import re

import nbformat
import pytest

import nsgkit.analyses
from tests import runs
from tests.public import PUBLIC, used
from tests.reference import ROOT

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PRACTICE = [path for path in PATHS if "-practise-" in path.stem]  # on rows that are made, not on logs
NOTEBOOKS = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
ON_LOGS = pytest.mark.parametrize("path", sorted({*PATHS} - {*PRACTICE}), ids=lambda path: path.stem)
SECTIONS = ["Why", "The data", "False alarms and blind spots", "Where to go next", "References"]
# Numbers that a cell has to compute: 4 digits and up, or with a comma; a year is none.
FIGURE = re.compile(r"(?<![\w.-])(?:\d{1,3}(?:,\d{3})+|\d{4,})(?![\w-])")
YEAR = re.compile(r"20[0-4]\d")


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def ran(request, tmp_path_factory):
    """The notebook after it was run from top to bottom."""
    return runs.run(request.param, runs.folder(tmp_path_factory))


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    """The words outside code and addresses, one text a cell."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return [re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", text, flags=re.DOTALL) for text in texts]


def printed(notebook):
    """Everything that the cells wrote, as text."""
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    return "\n".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in outputs
    )


def test_there_are_notebooks():
    assert PATHS


def test_what_ran_is_the_notebook_that_is_stored(ran, request):
    stored = nbformat.read(request.node.callspec.params["ran"], 4)
    assert [cell.source for cell in code(ran)] == [cell.source for cell in code(stored)]


def test_it_runs_from_top_to_bottom(ran):
    assert all(cell.execution_count for cell in code(ran))


def test_it_warns_of_nothing(ran):
    outputs = [output for cell in code(ran) for output in cell.outputs]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]


def test_every_figure_in_its_prose_is_computed_by_a_cell(ran):
    figures = {figure for text in prose(ran) for figure in FIGURE.findall(text) if not YEAR.fullmatch(figure)}
    computed = printed(ran)
    assert not {figure for figure in figures if figure not in computed}


def test_the_first_picture_counts_each_connection_once(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    names = {}
    exec("\n".join(cell.source for cell in code(nbformat.read(PATHS[0], 4))), names)
    every = nsgkit.analyses.breakdown(nsgkit.conversations(names["logs"].flows), "decision", top=None)
    assert names["table"]["connections"].sum() == every["connections"].sum() == 23_416


@NOTEBOOKS
def test_it_is_stored_without_outputs(path):
    notebook = nbformat.read(path, 4)
    assert not [cell.id for cell in code(notebook) if cell.outputs or cell.execution_count]


@NOTEBOOKS
def test_it_is_sound_and_names_its_kernel(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


@NOTEBOOKS
def test_its_cells_are_thin(path):
    cells = code(nbformat.read(path, 4))
    assert not [cell.id for cell in cells if len(cell.source.splitlines()) > 8]


@NOTEBOOKS
def test_its_cells_only_call(path):
    heavy = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try, ast.For, ast.While, ast.Lambda
    trees = [ast.parse(cell.source) for cell in code(nbformat.read(path, 4))]
    assert not [node for tree in trees for node in ast.walk(tree) if isinstance(node, heavy)]


@NOTEBOOKS
def test_it_uses_public_names_only(path):
    """Its cells end up in reports: they must not break when a module moves."""
    source = "\n".join(cell.source for cell in code(nbformat.read(path, 4)))
    assert not used(source) - PUBLIC


def test_a_deep_import_and_a_private_attribute_are_noticed():
    source = "import nsgkit\nfrom nsgkit import views\nfrom nsgkit.views.theme import titled\nviews.theme"
    assert used(source) - PUBLIC == {"nsgkit.views.theme.titled", "nsgkit.views.theme"}


@NOTEBOOKS
def test_one_cell_holds_the_parameters_and_only_constants(path):
    tagged = [c for c in code(nbformat.read(path, 4)) if "parameters" in c.metadata.get("tags", [])]
    (statements,) = [ast.parse(cell.source).body for cell in tagged]
    assert all(isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant) for s in statements)


@ON_LOGS
def test_its_path_is_a_parameter_and_is_stated_nowhere_else(path):
    cells = code(nbformat.read(path, 4))
    assert [c.metadata.get("tags") for c in cells if "data/samples" in c.source] == [["parameters"]]


@NOTEBOOKS
def test_it_tells_its_story_in_order(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
    places = [text.find(f"\n## {section}") for section in SECTIONS]
    assert places == sorted(places)
    assert min(places) > 0


@NOTEBOOKS
def test_it_opens_with_its_name_and_its_question(path):
    title, _, rest = nbformat.read(path, 4).cells[0].source.partition("\n")
    assert title.startswith("# ")
    assert re.match(r"\s*[^.!]+\?", rest)


@ON_LOGS
def test_coverage_comes_before_any_picture(path):
    sources = [cell.source for cell in code(nbformat.read(path, 4))]
    assert next(s for s in sources if "nsgkit." in s and "import" not in s).splitlines()[-1] == "logs"


@NOTEBOOKS
def test_every_picture_is_introduced(path):
    kinds = [cell.cell_type for cell in nbformat.read(path, 4).cells]
    assert "code code code" not in " ".join(kinds[kinds.index("code") + 2 :])


@NOTEBOOKS
def test_its_links_lead_somewhere(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert not [target for target in targets if not (path.parent / target).exists()]
