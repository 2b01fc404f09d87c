"""The controls of the places explorer."""

from dataclasses import replace
from typing import Any

import ipywidgets

from nsgkit.explore.places.question import ALL, DECISIONS, GROUPS, MEASURES, Placed, Question
from nsgkit.explore.workbench.bins import AUTO, OFFERED
from nsgkit.explore.workbench.controls import dropdown
from nsgkit.explore.workbench.filter_field import FilterField
from nsgkit.explore.workbench.offers import offer_of

Controls = dict[str, Any]
_STEP = 900  # milliseconds between two bins that are played


def controls(placed: Placed) -> Controls:
    """Return the controls by their labels."""
    hint = "for example dst_port:22 from:2024-12-18"
    made: Controls = {"Filter": FilterField(offer_of(placed.located), description="Filter", placeholder=hint)}
    made["Filter"].layout.flex = "1 1 30em"
    made["By"] = dropdown("By", list(GROUPS.items()), "place")
    made["Measure"] = dropdown("Measure", list(MEASURES.items()), "connections")
    made["Decision"] = dropdown("Decision", list(DECISIONS.items()), "")
    made["Flagged"] = ipywidgets.Checkbox(
        False, description="Flagged by a threat feed", indent=False, layout={"width": "auto"}
    )
    made["Flagged"].disabled = not placed.has_feeds
    made["Flagged"].tooltip = "What a feed names" if placed.has_feeds else "No file names a threat feed"
    made["Bin"] = dropdown("Bin", list(OFFERED), AUTO)
    return made


def question(said: Controls, asked: Question) -> Question:
    """Return the question that the controls ask; picks, span and bin stay as they were."""
    return replace(
        asked,
        filter=said["Filter"].value.strip(),
        by=said["By"].value,
        measure=said["Measure"].value,
        decision=said["Decision"].value,
        flagged=said["Flagged"].value,
        freq=said["Bin"].value,
    )


def put(said: Controls, asked: Question) -> None:
    """Let the controls ask this question."""
    values = {
        "Filter": asked.filter, "By": asked.by, "Measure": asked.measure, "Decision": asked.decision,
        "Flagged": asked.flagged,
    }  # fmt: skip
    for name, value in values.items():
        said[name].value = value
    if asked.freq not in said["Bin"].options:
        said["Bin"].options = (*said["Bin"].options, asked.freq)
    said["Bin"].value = asked.freq


class Player(ipywidgets.HBox):  # type: ignore[misc]
    """A slider over the bins of time, and buttons that play it; its first place is all the time."""

    def __init__(self) -> None:
        self.play = ipywidgets.Play(value=ALL, min=ALL, max=0, interval=_STEP, show_repeat=False)
        self.slider = ipywidgets.IntSlider(
            value=ALL, min=ALL, max=0, description="Time", readout=False, layout={"width": "24em"}
        )
        self.said = ipywidgets.HTML()
        ipywidgets.jslink((self.play, "value"), (self.slider, "value"))
        super().__init__([self.play, self.slider, self.said], layout={"flex_flow": "row wrap"})

    def show(self, bins: int, chosen: int, said: str) -> None:
        """Let there be so many bins, of which one is chosen; `said` is inert HTML."""
        self.play.max = self.slider.max = bins - 1
        # The page links both: who plays is ahead of Python, and must not be drawn back by it.
        self.slider.value = chosen
        self.said.value = said
