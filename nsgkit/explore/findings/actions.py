"""What can be done with a finding that is open: what proves it, code, a file, a kept picture."""

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets

from nsgkit.detections.verdicts import with_verdicts
from nsgkit.explore.findings.as_code import code
from nsgkit.explore.findings.judged import Verdicts
from nsgkit.explore.findings.model import Found
from nsgkit.explore.findings.words import export_table
from nsgkit.explore.workbench.case_bar import Chosen
from nsgkit.explore.workbench.code_area import CodeArea
from nsgkit.explore.workbench.controls import button
from nsgkit.explore.workbench.export import export
from nsgkit.explore.workbench.held import rows_behind
from nsgkit.explore.workbench.raw import raw_tuple
from nsgkit.explore.workbench.table import ROW_COLUMNS, TableView
from nsgkit.schema import PLACE, carrying, names_carried

MOST_OPENED = 200  # conversations whose rows are shown
_CONVERSATION = (
    "first", "last", "duration", "decision", "rule", "src_ip", "src_port", "dst_ip", "dst_port", "protocol",
    "packets_src_to_dst", "bytes_src_to_dst", "packets_dst_to_src", "bytes_dst_to_src", *PLACE,
)  # fmt: skip


class Actions:
    """The buttons of a finding, and what they open; `now` gives its place, `say` is told what was done."""

    def __init__(
        self, found: Found, logs: Any, verdicts: Verdicts, now: Callable[[], int], say: Callable[[str], None]
    ) -> None:
        self.found, self.logs, self.verdicts, self.now, self.say = found, logs, verdicts, now, say
        self.below = TableView(partial(raw_tuple, logs) if logs is not None else None)
        self.code = CodeArea(14)

    def buttons(
        self, safely: Callable[[Callable[[], None]], Callable[[], None]], keep: Callable[[], None]
    ) -> list[ipywidgets.Button]:
        """Return the buttons; `safely` lets a handler's errors be told, `keep` keeps what is seen."""
        asked: tuple[tuple[str, Callable[[], None], str], ...] = (
            (
                "Show what proves it",
                self.show_proof,
                "The conversations, or with logs their rows and raw tuples",
            ),
            ("Export CSV", self.export, "All findings with their verdicts, for a spreadsheet"),
            ("Show as code", self.show_code, "The calls that make this"),
            ("Keep this picture", lambda: self.keep(keep), "Leave what is seen in the notebook, for good"),
        )
        return [button(name, safely(press), hint=hint) for name, press, hint in asked]

    def close(self) -> None:
        """Close what is open: it is of another finding."""
        self.below.close()
        self.code.close_it()

    def show_proof(self) -> None:
        """Show what proves the finding: its flow rows where there are logs, else its conversations."""
        place = self.now()
        self.close()
        proof, _ = self.found.evidence(place)
        if self.logs is None:
            self.below.show(proof[[*_CONVERSATION]], f"The {len(proof):,} conversations that prove it.")
            return
        rows = rows_behind(self.logs, proof.head(MOST_OPENED))
        first = f"the first {MOST_OPENED:,} of " if len(proof) > MOST_OPENED else ""
        caption = f"The {len(rows):,} flow rows of {first}{len(proof):,} conversations that prove it."
        named = carrying(rows[[*ROW_COLUMNS]], names_carried(proof))
        self.below.show(named, f"{caption} Click a row to see its raw tuple.")

    def chosen(self) -> Chosen:
        """Return the finding that is open, for a case."""
        place = self.now()
        finding = self.found.finding(place)
        return Chosen(f"{finding['kind']}: {finding['told']}", self._code(place), finding=finding)

    def _code(self, place: int) -> str:
        return code(self.found, place, self.verdicts.path)

    def show_code(self) -> None:
        """Show the calls that make what is seen."""
        place = self.now()
        self.close()
        self.code.show(self._code(place))

    def export(self) -> None:
        """Write all findings into a file, and a text beside it."""
        said = [
            "All findings of nsgkit.detections.findings; figures are joined, the first proving row is named."
        ]
        path = export(with_verdicts(export_table(self.found), self.verdicts.path), "csv", said)
        self.say(f"Exported to {path}, with a text beside it.")

    def keep(self, keep: Callable[[], None]) -> None:
        """Keep what is seen in the notebook."""
        keep()
        self.say("Kept below, with the time.")
