"""Which names code that ends up in reports may use: a notebook's cells, and what Show as code gives."""

import ast

from tests.reference import offered

FACES = [
    "nsgkit", "nsgkit.acquire", "nsgkit.analyses", "nsgkit.case", "nsgkit.detections", "nsgkit.enrich",
    "nsgkit.explore", "nsgkit.sample", "nsgkit.schema", "nsgkit.store", "nsgkit.training", "nsgkit.views",
]  # fmt: skip
PUBLIC = {*FACES, *(f"{face}.{name}" for face in FACES for name in offered(face))}


def used(source):
    """Every name of nsgkit that is imported, and every attribute of one, in full: nsgkit.read_logs."""
    nodes = list(ast.walk(ast.parse(source)))
    modules = {alias.name: alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    froms = [n for n in nodes if isinstance(n, ast.ImportFrom)]
    names = modules | {alias.name: f"{n.module}.{alias.name}" for n in froms for alias in n.names}
    attributes = [n for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)]
    found = {*names.values(), *(f"{names[n.value.id]}.{n.attr}" for n in attributes if n.value.id in names)}
    return {name for name in found if name.split(".")[0] == "nsgkit"}
