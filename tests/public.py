"""Which names an analyst's code may use: those that nsgkit and the rooms right below it offer."""

import ast
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import nsgkit

ROOMS = {module.name for module in iter_modules(nsgkit.__path__) if not module.name.startswith("_")}


def deep_names(source):
    """Return what the source uses of nsgkit and is not public, such as `nsgkit.flows.logs`."""
    tree, bound, deep = ast.parse(source), {}, []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            deep += [name.name for name in node.names if name.name.startswith("nsgkit.")]
            bound |= {name.name: nsgkit for name in node.names if name.name == "nsgkit"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "nsgkit":
            room = import_module(node.module)
            deep += [f"{node.module}.{name.name}" for name in node.names if not offered(room, name.name)]
            rooms = {name.name for name in node.names} & ROOMS if room is nsgkit else set()
            bound |= {name: import_module(f"nsgkit.{name}") for name in rooms}
    used = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)]
    used = [(bound[n.value.id], n.attr) for n in used if n.value.id in bound]
    return deep + [f"{room.__name__}.{name}" for room, name in used if not offered(room, name)]


def offered(room, name):
    """Whether a room offers the name: in its `__all__`, or, in a room without one, by a plain name."""
    if hasattr(room, "__all__"):
        return name in room.__all__ or (room is nsgkit and name in ROOMS)
    thing = getattr(room, name, None)
    return room.__name__.count(".") == 1 and not name.startswith("_") and not isinstance(thing, ModuleType)
