"""Where Python text becomes HTML, and whether what is put into it is inert: read from the source.

Inert is what went through `nsgkit.html.escape`, a number by its format, a constant, and what is put together
of nothing else. What the reading cannot see is to be listed by name, in `tests/test_html.py`.
"""

import ast
import re

TAG = re.compile(r"</?[A-Za-z][\w-]*(?:[\s>/\0]|$)")
ESCAPING = {"escape", "svg_image", "png_image"}
NUMBERS = {"int", "float", "len", "round", "abs"}
NUMBER_FORMAT = re.compile(r"[,+]?(?:\.\d+)?[defgx%,]|,")
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def risky(source, helpers=()):
    """Every piece of Python that stands in HTML without being inert, as (function, text), in their order.

    `helpers` are functions of which it is known that they give HTML; their own bodies are read as well.
    """
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    reader = _Reader(parents, ESCAPING | set(helpers))
    found = {}
    for node in ast.walk(tree):
        for value in _put_into_html(node, parents):
            if not reader.inert(value):
                found[reader.function_of(value), ast.unparse(value)] = None
    return [*found]


def _put_into_html(node, parents):
    """What a piece of source puts into HTML, in whatever way it writes it."""
    if isinstance(node, ast.JoinedStr) and not isinstance(parents.get(node), ast.FormattedValue):
        if TAG.search(_text(node)):
            yield from (part for part in node.values if isinstance(part, ast.FormattedValue))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        sides = (node.left, node.right)
        yield from (other for one, other in (sides, sides[::-1]) if TAG.search(_text(one)))
    elif _method(node) in ("format", "format_map", "join", "replace") and TAG.search(_text(node.func.value)):
        yield from (*node.args, *(keyword.value for keyword in node.keywords))


def _method(node):
    """The name of the method that a piece of source calls."""
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _parts(node):
    """What must be inert for a piece of source to be so; None where that is not enough."""
    match node:
        case ast.Constant():
            found = []
        case ast.FormattedValue():
            number = NUMBER_FORMAT.fullmatch(_text(node.format_spec) if node.format_spec else "")
            found = [] if number else [node.value]
        case ast.JoinedStr():
            found = node.values
        case ast.List() | ast.Tuple():
            found = node.elts
        case ast.IfExp():
            found = [node.body, node.orelse]
        case ast.BinOp():
            found = [node.left] if isinstance(node.op, ast.Mult) else [node.left, node.right]
        case ast.GeneratorExp() | ast.ListComp():
            found = [node.elt]
        case ast.Starred():
            found = [node.value]
        case _:
            found = None
    return found


def _text(node):
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "\0" for part in node.values)
    return ""


class _Reader:
    def __init__(self, parents, safe):
        self.parents, self.safe, self.asked = parents, safe, set()

    def scope(self, node):
        while node in self.parents and not isinstance(node, FUNCTIONS):
            node = self.parents[node]
        return node

    def function_of(self, node):
        return getattr(self.scope(node), "name", "")

    def inert(self, node):
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Name):
            return node.id.strip("_").isupper() or self._assigned(node)
        parts = _parts(node)
        return parts is not None and all(map(self.inert, parts))

    def _call(self, node):
        if isinstance(node.func, ast.Attribute):
            joined = node.func.attr == "join" and isinstance(node.func.value, ast.Constant)
            return (joined and all(map(self.inert, node.args))) or node.func.attr in self.safe
        return getattr(node.func, "id", "") in self.safe | NUMBERS

    def _assigned(self, name):
        """Whether all that a local name is ever given is inert."""
        scope = self.scope(name)
        if (scope, name.id) in self.asked:
            return True
        given = [value for node in ast.walk(scope) for value in _given(node, name.id)]
        self.asked.add((scope, name.id))
        clean = bool(given) and all(map(self.inert, given))
        self.asked.discard((scope, name.id))
        return clean


def _given(node, name):
    """What a piece of source gives to a name; None, which is never inert, where it cannot be read."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value:
        for target in getattr(node, "targets", None) or [node.target]:
            if isinstance(target, ast.Name) and target.id == name:
                yield node.value
            elif name in {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}:
                yield None
    elif isinstance(node, ast.For | ast.comprehension):
        if name in {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}:
            yield None
    elif isinstance(node, ast.arg) and node.arg == name:
        yield None
    elif _method(node) in ("append", "extend", "insert") and getattr(node.func.value, "id", "") == name:
        yield from node.args
