"""How attempts end: one rule, the same in pandas as in the engine of detections."""

import pandas as pd
import pytest

import nsgkit
from nsgkit.counting.outcome import outcomes
from nsgkit.detections.attempts import attempts, collected
from nsgkit.errors import MissingColumnError
from tests.frames import flows


def ended(decision, back):
    line = f"09:00:00 10.0.0.4:5 10.0.1.5:443 TCP O {decision} {'B' if decision == 'D' else 'E'}"
    return outcomes(nsgkit.conversations(flows(f"{line} 3/180 {back}" if back else line))).item()


@pytest.mark.parametrize(
    ("decision", "back", "outcome"),
    [
        ("D", "", "denied"),
        ("A", "0/0", "unanswered"),
        ("A", "1/44", "refused"),
        ("A", "2/88", "refused"),
        ("A", "2/89", "answered"),
        ("A", "3/120", "answered"),
        ("A", "-/-", "unknown"),
    ],
)
def test_how_it_ended(decision, back, outcome):
    assert ended(decision, back) == outcome


def test_the_samples_end_as_the_detections_have_it():
    made = nsgkit.conversations(
        nsgkit.read_logs("data/samples", start="2024-12-18", end="2024-12-18 09:00").flows
    )
    once = made[~made["folded"]].astype({"blob": "str"})
    there = collected(attempts(made), "outcome").astype({"blob": "str"})
    here = once[["blob", "record", "tuple"]].assign(mine=outcomes(once))
    both = here.merge(there, on=["blob", "record", "tuple"])
    assert len(both) == len(once) and (both["mine"] == both["outcome"]).all()


def test_no_rows_end_in_no_way():
    assert outcomes(nsgkit.conversations(nsgkit.schema.empty())).empty


def test_another_table_is_told():
    with pytest.raises(MissingColumnError, match="answered"):
        outcomes(pd.DataFrame({"decision": ["denied"]}))
