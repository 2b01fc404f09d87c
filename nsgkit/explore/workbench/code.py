"""Show as code: the calls that make an explorer's tables, ready to be run in a cell."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Call:
    """An analysis and its options: it can be run, and written down, and both are the same.

    >>> from nsgkit import analyses
    >>> Call(analyses.breakdown, "analyses.breakdown", {"by": "rule"}).written("conversations")
    "analyses.breakdown(conversations, by='rule')"
    """

    function: Callable[..., pd.DataFrame]
    name: str
    options: Mapping[str, Any]

    def run(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return what the call makes of a table."""
        return self.function(table, **self.options)

    def written(self, table: str, **named: str) -> str:
        """Return the call as code; `named` are options whose values the notebook has under a name."""
        told = [f"{name}={value!r}" for name, value in self.options.items()]
        return f"{self.name}({', '.join([table, *told, *(f'{n}={v}' for n, v in named.items())])})"


def cell(*lines: str) -> str:
    """Return a cell that makes tables by public calls and shows the last of them.

    >>> print(cell("table = analyses.breakdown(nsgkit.conversations(logs.flows), 'rule')"))
    import nsgkit
    from nsgkit import analyses
    <BLANKLINE>
    table = analyses.breakdown(nsgkit.conversations(logs.flows), 'rule')
    table
    """
    return "\n".join(["import nsgkit", "from nsgkit import analyses", "", *lines, lines[-1].split(" = ")[0]])


def name_of(flows: object, default: str = "logs.flows") -> str:
    """Return how the notebook calls the flow table: a variable, or the .flows of one."""
    for name, value in vars(sys.modules["__main__"]).copy().items():
        if not name.startswith("_"):
            if value is flows:
                return name
            if not isinstance(value, pd.DataFrame) and getattr(value, "flows", None) is flows:
                return f"{name}.flows"
    return default


def written(name: str, value: Any) -> str:
    """Return an option as it is written in a call: a path as it is, anything else by its name; None as "".

    >>> written("known", "known.toml"), written("known", ())
    ("'known.toml'", 'known')
    """
    if value is None:
        return ""
    return repr(str(value)) if isinstance(value, str | Path) else name
