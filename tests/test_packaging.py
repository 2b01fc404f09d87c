"""What is installed: pyproject.toml, environment.yml and constraints.txt say the same."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec

import nsgkit
from tests.imports import imports

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
CONSTRAINTS = [
    Requirement(line) for line in (ROOT / "constraints.txt").read_text("utf-8").split("\n") if line
]

CONDA_NAMES = {"duckdb": "python-duckdb"}  # where conda-forge's name is another
CONDA_LINES = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]
PIP_LINES = next(line["pip"] for line in ENVIRONMENT["dependencies"] if isinstance(line, dict))

EXTRAS = PROJECT["optional-dependencies"].values()
DECLARED = [Requirement(r) for r in [*PROJECT["dependencies"], *(r for extra in EXTRAS for r in extra)]]
OTHERS = [r for r in DECLARED if r.name != "nsgkit"]
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "macOS": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "Windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


DISTRIBUTIONS = packages_distributions()


def imported_under(folder):
    """The distributions that the Python files under `folder` import, whether they are there or not."""
    return {home(module) for path in (ROOT / folder).rglob("*.py") for module in imports(path)}


def home(module):
    """`azure.storage.blob` -> azure-storage-blob: one of several distributions may fill a namespace."""
    top = module.split(".")[0]
    homes = [canonicalize_name(d) for d in DISTRIBUTIONS.get(top, [top])]
    return next((d for d in homes if module.replace(".", "-").startswith(d)), homes[0])


def ranges(lines):
    requirements = [Requirement(line) for line in lines]
    return {r.name: r.specifier for r in requirements}


def test_the_version_is_the_same_in_the_package_and_in_its_metadata():
    assert nsgkit.__version__ == PROJECT["version"]


def test_conda_gets_every_dependency_in_the_same_range():
    needed = {CONDA_NAMES.get(n, n): s for n, s in ranges(PROJECT["dependencies"]).items()}
    given = ranges([*CONDA_LINES, *(line for line in PIP_LINES if not line.startswith("-e"))])
    python = given.pop("python")
    del given["pip"]
    assert given == needed
    assert str(python) == PROJECT["requires-python"]


def test_conda_installs_the_package_itself_from_this_folder():
    assert "-e ." in PIP_LINES


@pytest.mark.parametrize(
    ("folder", "extras"),
    [("nsgkit", ["geo", "spark"]), ("tests", ["test", "geo", "spark"]), ("benchmarks", ["test", "spark"])],
)
def test_what_is_imported_is_declared(folder, extras):
    lines = [
        *PROJECT["dependencies"],
        *(r for e in extras for r in PROJECT["optional-dependencies"].get(e, [])),
    ]
    ours = {"nsgkit", "tests", "benchmarks", *sys.stdlib_module_names}
    assert imported_under(folder) - ours <= {canonicalize_name(name) for name in ranges(lines)}


@pytest.mark.parametrize("line", CONDA_LINES)
def test_each_conda_line_is_a_valid_match_specification(line):
    assert MatchSpec(line, strict=True).name is not None


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_constraints_pin_every_dependency_within_its_range(system, python):
    machine = {**SYSTEMS[system], "python_version": python, "python_full_version": f"{python}.9", "extra": ""}
    pins = {r.name: r.specifier for r in CONSTRAINTS if r.marker is None or r.marker.evaluate(machine)}
    for requirement in OTHERS:
        (pin,) = pins[requirement.name]
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version), requirement


def test_constraints_and_environment_hold_no_addresses():
    for name in ("constraints.txt", "environment.yml"):
        assert not re.search(r"://|@|\.(com|org|io)\b", (ROOT / name).read_text("utf-8"))


def test_every_python_that_the_workflow_tries_is_one_that_the_package_takes():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    tried = workflow["jobs"]["plain"]["strategy"]["matrix"]["python"]
    assert tried == PYTHONS
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
