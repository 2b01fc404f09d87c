"""The exercise of notebook 04 in the traffic explorer: at no step is a picture empty."""

import pytest

import nsgkit
from nsgkit.explore import traffic_explorer


@pytest.fixture(scope="module")
def made(logs):
    return nsgkit.conversations(logs)


@pytest.fixture
def exercise(logs, made):
    return Exercise(traffic_explorer(logs, made))


class Exercise:
    """An explorer by the labels of its controls, and what its two pictures draw."""

    def __init__(self, frame):
        self.frame = frame

    def _widgets(self, widget=None):
        for child in getattr(widget or self.frame, "children", ()):
            yield child
            yield from self._widgets(child)

    def set(self, label, value):
        self._labelled(label).value = value
        return self

    def value(self, label):
        return self._labelled(label).value

    def _labelled(self, label):
        return next(w for w in self._widgets() if getattr(w, "description", "") == label)

    @property
    def _charts(self):
        return [w for w in self._widgets() if hasattr(w, "chart")]

    @property
    def marks(self):
        """What is drawn over time, and what is drawn beside it: the rows behind the marks of each."""
        drawn = []
        for chart in self._charts:
            assert "bar" in str(chart.spec)
            (rows,) = chart.spec["datasets"].values()
            assert rows
            assert all(row["value"] > 0 for row in rows)
            drawn.append(rows)
        return drawn

    def click_the_longest(self, column):
        """What the browser sends when the longest bar is clicked."""
        longest = max(self.marks[1], key=lambda row: row["value"])
        picked = {"value": {"vlPoint": {"or": [{column: longest[column]}]}}, "store": [1]}
        self._charts[1]._vl_selections = {"chosen": picked}
        return longest[column]


def counted(conversations, decision, source=None):
    """How many conversations at port 22 count, in a plain loop."""
    number = 0
    for c in conversations.astype("object").to_dict("records"):
        wanted = c["dst_port"] == 22 and c["decision"] == decision and not c["folded"]
        number += wanted and c["state"] != "orphan" and source in (None, c["src_ip"])
    return number


def test_every_step_of_the_exercise_draws_marks(exercise, made):
    exercise.set("Filter", "dst_port:22 denied").set("Break down by", "source address")
    assert exercise.value("Measure") == "denied"
    timeline, bars = exercise.marks
    assert sum(row["value"] for row in timeline) == counted(made, "denied")
    assert bars[0]["value"] == counted(made, "denied", bars[0]["src_ip"])

    source = exercise.click_the_longest("src_ip")
    assert exercise.value("Filter") == f"dst_port:22 denied src:{source}"
    timeline, (bar,) = exercise.marks
    assert sum(row["value"] for row in timeline) == bar["value"] == counted(made, "denied", source) == 27

    exercise.set("Filter", exercise.value("Filter").replace("denied", "allowed"))
    assert exercise.value("Measure") == "connections"
    timeline, (bar,) = exercise.marks
    assert sum(row["value"] for row in timeline) == bar["value"] == counted(made, "allowed", source) == 187


def test_what_happened_after_that_is_drawn_too(exercise):
    """The answer's last step: whom the jump host called."""
    exercise.set("Filter", "src:10.20.0.4 dst:203.0.113.222")
    timeline, _ = exercise.marks
    assert sum(row["value"] for row in timeline) == 459


def test_an_empty_picture_would_be_noticed(exercise):
    with pytest.raises(AssertionError):
        exercise.set("Filter", "dst_port:22 denied src:192.0.2.191").marks  # noqa: B018
