"""What README.md and REFERENCE.md say that is made from the code: `python -m tests.reference` renews it.

Public is what stands in an `__all__`. tests/test_docs.py fails while the two pages say anything else.
"""

import inspect
import json
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import nsgkit
from nsgkit import schema

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
REFERENCE = ROOT / "REFERENCE.md"


def offered(room):
    """Return {name: object} of a room's `__all__`."""
    module = import_module(room)
    return {name: getattr(module, name) for name in getattr(module, "__all__", [])}


def public():
    """Return {room: {name: function or class}} of every `__all__`, each in its first room only."""
    names = ["nsgkit", *sorted(m.name for m in pkgutil.walk_packages(nsgkit.__path__, "nsgkit."))]
    rooms = [n for n in names if not n.endswith("__main__")]
    seen, found = set(), {}
    for room in sorted(rooms, key=lambda n: (n.count("."), n)):
        things = {n: thing for n, thing in offered(room).items() if callable(thing)}
        found[room] = {n: thing for n, thing in things.items() if id(thing) not in seen}
        seen |= {id(thing) for thing in things.values()}
    return {name: things for name, things in found.items() if things}


def first_paragraph(thing):
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def call(room, name, thing):
    """Return how `thing` is called, without types: `nsgkit.read_logs(path, *, start=None, end=None)`."""
    if not inspect.isfunction(thing):
        return f"{room}.{name}"
    bare = [
        p.replace(annotation=inspect.Parameter.empty) for p in inspect.signature(thing).parameters.values()
    ]
    text = f"{room}.{name}{inspect.Signature(bare)}"
    for named, default in offered("nsgkit.schema").items():  # a whole table as a default: by its name
        text = text.replace(f"={default!r}", f"={named}") if isinstance(default, tuple) else text
    return text


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def functions():
    """Return one table a room: the call, and what it gives."""
    parts = [
        f"**{room}**\n\n"
        + table(
            ["call", "what it is"], [[f"`{call(room, n, t)}`", first_paragraph(t)] for n, t in things.items()]
        )
        for room, things in public().items()
    ]
    return "\n\n".join(parts)


def notebooks():
    """Return the table of notebooks: each one's file, title and first sentence."""
    rows = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        text = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])
        title, _, rest = text.strip().partition("\n")
        question = re.split(r"(?<=[.?!])\s", " ".join(rest.split()), maxsplit=1)[0]
        rows.append([f"[{path.stem}](notebooks/{path.name})", f"**{title.lstrip('# ')}.** {question}"])
    return table(["notebook", "what it is for"], rows)


# What is said above each table of columns, beside the flow table itself.
TABLES = {
    "**rejects**: one row for everything that is not a flow row.": schema.REJECTS,
    "**blobs**: one row per blob.": schema.BLOBS,
    "**conversations**: one row per connection and NIC that logged it.": schema.CONVERSATIONS,
    "**traffic**: what `breakdown` and the rankings count in each group.": schema.TRAFFIC,
    "**findings**: one row per finding, as `detections.findings` gives them.": schema.FINDINGS,
    "**incidents**: one row per incident, as `detections.incidents` gives them.": schema.INCIDENTS,
    "**timeline**: one row per event, as `analyses.timeline` gives them.": schema.TIMELINE,
    "**neighbours**: one row per neighbour and via, as `analyses.neighbours` gives them.": schema.NEIGHBOURS,
    "**hours**: one row per hour and NIC, as `coverage` gives them.": schema.HOURS,
}


def dictionary():
    """Return the columns of the main tables, and the encryption codes."""
    flows = "**flows**: one row per tuple; the numbers are the field's place in the tuple, from 1."
    parts = [flows, frame(schema.dictionary())]
    for heading, columns in TABLES.items():
        parts += [heading, frame(schema.dictionary(columns)[["column", "type", "unit", "meaning"]])]
    codes = [[f"`{code}`", meaning] for code, meaning in schema.ENCRYPTION.items()]
    return "\n\n".join([*parts, "**encryption** in VNet flow logs.", table(["code", "meaning"], codes)])


def frame(data):
    data = data.assign(column="`" + data["column"] + "`")
    return table(list(data.columns), data.to_numpy().tolist())


# The page and the parts of it that are generated.
PARTS = {README: (notebooks,), REFERENCE: (functions, dictionary)}


def renewed(page):
    """Return the page's text with every generated part made anew."""
    text = page.read_text("utf-8")
    for part in PARTS[page]:
        begin = f"<!-- {part.__name__}: made by python -m tests.reference -->"
        end = f"<!-- end of {part.__name__} -->"
        before, rest = text.split(begin)
        _, after = rest.split(end)
        text = f"{before}{begin}\n\n{part()}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    for page in PARTS:
        page.write_text(renewed(page), "utf-8", newline="\n")
