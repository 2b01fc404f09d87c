"""What two NICs say of one attempt is one attempt, whatever there is of it."""

import time

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.detections.attempts import APART, ATTEMPT, one_view

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]), st.sampled_from([1, 2]), st.integers(0, 40_000),
        st.sampled_from(["denied", "answered", "unknown"]),
    ),
    max_size=30,
)  # fmt: skip


def table(rows):
    made = pd.DataFrame(rows, columns=["src_ip", "src_port", "first_ms", "outcome"])
    return made.assign(dst_ip="c", dst_port=22, protocol="TCP").astype({"first_ms": "int64"})


@given(ROWS)
def test_as_by_a_loop(rows):
    held = table(rows)
    kept = []
    for place, row in held.iterrows():
        twins = held[(held[[*ATTEMPT]] == row[[*ATTEMPT]]).all(axis=1) & (held["outcome"] == "denied")]
        near = (twins["first_ms"] - row["first_ms"]).abs().min() <= APART
        kept += [place] if row["outcome"] == "denied" or not near else []
    assert one_view(held).index.tolist() == kept


def test_one_pair_of_ports_denied_thousands_of_times():
    """Each with each would be a thousand million pairs."""
    times = range(0, 40_000 * 20_000, 20_000)
    held = table([("a", 1, at, said) for at in times for said in ("denied", "unknown")])
    start = time.perf_counter()
    assert one_view(held)["outcome"].unique().tolist() == ["denied"]
    assert time.perf_counter() - start < 10
