"""The controls of the timeline explorer."""

from dataclasses import replace
from typing import Any

import ipywidgets

from nsgkit.explore.timeline.question import COLOURS, LANES, Question
from nsgkit.explore.workbench.controls import dropdown
from nsgkit.explore.workbench.filter_field import FilterField
from nsgkit.explore.workbench.offers import offer_of
from nsgkit.explore.workbench.spans import FIELDS, put_span, said_span, time_fields
from nsgkit.views.timeline.local_time import zones

Controls = dict[str, Any]
ASKED = ("Filter", "Lanes by", "Colour by", *FIELDS)  # what is a part of the question


def controls(conversations: object, zone: str, *, findings: bool) -> Controls:
    """Return the controls by their labels; lanes by finding only where there are findings."""
    hint = "for example ip:203.0.113.199"
    made: Controls = {
        "Filter": FilterField(
            offer_of(conversations),
            description="Filter",
            placeholder=hint,
        )
    }
    made["Filter"].layout.flex = "1 1 30em"
    made["Lanes by"] = dropdown("Lanes by", [name for name in LANES if findings or name != "finding"])
    made["Colour by"] = dropdown("Colour by", [*COLOURS])
    made |= time_fields()
    made["Local time"] = ipywidgets.Combobox(
        value=zone, options=zones(), description="Local time", placeholder="for example Europe/Berlin",
        continuous_update=False, style={"description_width": "initial"}, layout={"width": "19em"},
    )  # fmt: skip
    return made


def question(said: Controls, asked: Question) -> Question:
    """Return the question that the controls ask."""
    return replace(
        asked,
        filter=said["Filter"].value.strip(),
        span=said_span(said),
        lanes=said["Lanes by"].value,
        colour=said["Colour by"].value,
    )


def put(said: Controls, asked: Question) -> None:
    """Let the controls ask this question."""
    said["Filter"].value = asked.filter
    said["Lanes by"].value, said["Colour by"].value = asked.lanes, asked.colour
    put_span(said, asked.span)
