"""A store's rows lead back to the exact text of their tuples, as those of read_logs do."""

import nsgkit
from tests.conftest import SAMPLES


def test_many_rows_of_a_blob_give_their_tuples(tmp_path):
    hour = {"start": "2024-12-19 09:00", "end": "2024-12-19 10:00"}
    nsgkit.ingest(SAMPLES, tmp_path / "store", **hour)
    stored, logs = nsgkit.open_store(tmp_path / "store", **hour), nsgkit.read_logs(SAMPLES, **hour)
    rows = nsgkit.fetch(stored, top=50)
    assert stored.raw_rows(rows) == logs.raw_rows(rows)
    assert len(set(rows["blob"])) < len(rows) == 50
