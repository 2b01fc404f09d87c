"""The floors of the house: imports go down only, and heavy libraries stay in their rooms."""

import json
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from itertools import islice
from pathlib import Path

import pytest

import nsgkit
from tests.imports import imports

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "nsgkit"

# From the ground up. A room may import what lies below it; rooms on one floor do not know each other.
FLOORS = [
    {"html", "palette"},
    {"errors", "memory", "progress"},
    {"times"},
    {"schema", "layout"},
    {"enable", "evidence"},
    {"acquire", "flows", "counting"},
    {"store", "enrich", "rules"},
    {"spark", "analyses", "detections", "views"},
    {"case"},
    {"explore"},
    {"export", "sample", "working_copy"},
    {"training"},
]
HEIGHT = {room: height for height, floor in enumerate(FLOORS) for room in floor}
DOORS = {"__init__", "__main__"}  # the public face and the command line: they open every room

# Where a heavy library may be imported; anywhere else it is one too many.
ONLY_IN = {
    "azure": ("acquire/blobs.py",),
    "altair": ("views/", "explore/", "case/", "training/"),
    "folium": ("views/", "explore/", "training/"),
    "ipywidgets": ("explore/", "training/"),
    "itables": ("explore/", "training/"),
    "anywidget": ("explore/", "training/"),
    "pyspark": ("spark/",),
}
HEAVY = {*ONLY_IN, "duckdb", "pandas", "pyarrow", "numpy", "narwhals", "tqdm", "IPython"}

MODULES = sorted(HOUSE.rglob("*.py"))


def module(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULE_NAMES = {module(path) for path in MODULES}


def room(path):
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def rooms_entered(path):
    parts = (name.split(".") for name in imports(path))
    return {p[1] for p in parts if p[0] == "nsgkit" and len(p) > 1} - {room(path)}


def modules_entered(path):
    """Of each name that is imported, the module that it is, or that it stands in."""
    for name in imports(path):
        parts = name.split(".")
        fronts = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        yield from islice((front for front in fronts if front in MODULE_NAMES), 1)


def named(path):
    return path.relative_to(HOUSE).as_posix()


@pytest.mark.parametrize("face", [p for p in MODULES if p.name == "__init__.py"], ids=named)
def test_no_module_has_the_name_of_what_its_package_offers(face):
    """Importing it would put the module in the function's place."""
    there = {path.stem for path in face.parent.glob("*.py")} | {
        p.name for p in face.parent.iterdir() if p.is_dir()
    }
    assert not there & set(getattr(import_module(module(face)), "__all__", ()))


def test_every_room_has_a_floor():
    assert {room(path) for path in MODULES} - DOORS <= HEIGHT.keys()


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) not in DOORS], ids=named)
def test_imports_go_down_only(path):
    too_high = {r for r in rooms_entered(path) if HEIGHT.get(r, len(FLOORS)) >= HEIGHT[room(path)]}
    assert not too_high


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) not in DOORS], ids=named)
def test_nobody_inside_goes_through_the_door(path):
    doors = [name for name in modules_entered(path) if name == "nsgkit"]
    assert not doors, "`import nsgkit` reaches every room: import from the module that has it"


def test_no_modules_import_each_other_in_a_circle():
    entered = {module(p): set(modules_entered(p)) for p in MODULES if room(p) not in DOORS}
    try:
        TopologicalSorter(entered).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


def test_views_take_tables_and_know_neither_analyses_nor_enrichment():
    entered = {named(p): rooms_entered(p) & {"analyses", "enrich"} for p in MODULES if room(p) == "views"}
    assert not any(entered.values()), entered


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_heavy_libraries_stay_in_their_rooms(path):
    libraries = {name.split(".")[0] for name in imports(path)}
    strays = {lib for lib in libraries & ONLY_IN.keys() if not named(path).startswith(ONLY_IN[lib])}
    assert not strays


@pytest.mark.parametrize("name", sorted({room(path) for path in MODULES} - DOORS))
def test_every_room_is_reached_after_import_nsgkit(name):
    code = f"import nsgkit; assert {name!r} in dir(nsgkit); print(nsgkit.{name}.__name__)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == f"nsgkit.{name}"


def test_a_name_that_is_nowhere_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'analysis'"):
        nsgkit.analysis  # noqa: B018


def test_importing_the_package_is_light():
    code = (
        "import json, sys, time; import nsgkit; dir(nsgkit);"
        "print(json.dumps([sorted({m.split('.')[0] for m in sys.modules}), time.process_time()]))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded, seconds = json.loads(ran.stdout)
    assert not HEAVY & set(loaded)
    assert seconds < 0.5


def test_verifying_is_light():
    code = "import json, sys, nsgkit; nsgkit.verify; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"altair", "duckdb", "ipywidgets", "pandas"} & set(json.loads(ran.stdout))
