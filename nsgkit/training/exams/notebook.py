"""exam.ipynb: the notebook in which an exam is sat. It runs from top to bottom, answered or not."""

import json
from collections.abc import Iterable
from typing import Any

FILE = "exam.ipynb"
_BEGIN = """# Exam

Each question shows rows of flow logs, or names the logs of a company, which lie in a folder beside this \
notebook. Give your answer to `check`, such as `exam.q01.check(12)`: it is \
recorded, and whether it is right you are told afterwards. Give it again to change it: the last one counts. \
What the rows do not tell is answered with `"unknown"`.

`exam.q01.flows` has the rows as a table; of a company, `exam.q01.logs`, `exam.q01.conversations` and \
`exam.q01.network` are there as well. All of nsgkit may be used on them.

Times are UTC. There are no hints. Hand in this folder with its file `answers.jsonl`."""
_OPEN = 'from nsgkit import training\n\nexam = training.open_exam("questions.json")\nexam'
_END = "## What is recorded"


def notebook(questions: Iterable[str]) -> bytes:
    """Return the notebook of questions of these names: the same for all who have as many."""
    cells = [_cell("begin", _BEGIN), _cell("open", _OPEN, code=True)]
    for name in questions:
        cells += [
            _cell(name, f"## Question {int(name[1:])}"),
            _cell(f"{name}-rows", f"exam.{name}", code=True),
            _cell(f"{name}-answer", f"exam.{name}.check()", code=True),
        ]
    cells += [_cell("end", _END), _cell("recorded", "exam", code=True)]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    told = {
        "cells": cells, "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    return json.dumps(told, indent=1).encode() + b"\n"


def _cell(name: str, source: str, *, code: bool = False) -> dict[str, Any]:
    cell: dict[str, Any] = {"id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
    if code:
        return {"cell_type": "code", "execution_count": None, "outputs": [], **cell}
    return {"cell_type": "markdown", **cell}
