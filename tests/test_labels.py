"""Short names of long resource ids: as much of the id as tells it from all others."""

import pandas as pd
import pytest

from nsgkit.schema import short_labels, shortened


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["/SUB/1/NSG/X"], ["X"]),
        (["/RG/A/NSG/WEB/", "/RG/B/NSG/WEB", "/RG/B/NSG/DB"], ["A/NSG/WEB", "B/NSG/WEB", "DB"]),
        (["WEB", "/RG/B/NSG/WEB"], ["WEB", "NSG/WEB"]),
        (["/A", "A"], ["A", "A"]),
    ],
)
def test_a_label_is_the_end_of_the_id(names, labels):
    assert [short_labels(names)[name] for name in names] == labels


def test_a_name_that_is_missing_was_not_logged():
    names = pd.Series(["/NSG/WEB", None, "/NSG/WEB"], index=[7, 8, 9])
    assert shortened(names).to_dict() == {7: "WEB", 8: "not logged", 9: "WEB"}
