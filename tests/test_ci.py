"""README's commands, .ci/run and the workflow cannot drift apart; in CI no test is skipped."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SCRIPT = (ROOT / ".ci/run").read_text("utf-8")


def commands(language, ending):
    """The one-line code blocks of README in `language` that end like this."""
    return re.findall(rf"```{language}\n([^\n]*{ending})\n```", README)


@pytest.mark.parametrize("ending", [r"-m pytest", r"00-start-here\.ipynb"])
def test_each_thing_is_one_line_for_each_kind_of_machine(ending):
    assert len(commands("sh", ending)) == 2  # pip, conda
    assert len(commands("powershell", ending)) == 1


def test_ci_runs_the_test_command_that_the_readme_gives():
    (pattern,) = re.findall(r"command=\$\(grep -E '([^']+)' README.md\)", SCRIPT)
    assert re.findall(pattern, README, re.M) == [commands("sh", "-m pytest")[0]]


def test_the_workflow_runs_the_test_commands_that_the_readme_gives():
    steps = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]["plain"]["steps"]
    given = [commands("sh", "-m pytest")[0], *commands("powershell", "-m pytest")]
    assert [step["run"] for step in steps if "pytest" in step.get("run", "")] == given


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_a_skipped_test_fails_the_run_in_ci_alone(tmp_path, ci, code):
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text("import pytest\ndef test_it():\n    pytest.skip('no part')\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    env = {**os.environ, "CI": ci}
    ran = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert ("skipped test is a failure" in ran.stdout) == bool(ci)
