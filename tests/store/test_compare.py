"""What compares a store with files sees every difference: each column, each row, each table."""

import random

import pandas as pd
import pytest

import nsgkit
from tests.store.compare import differences
from tests.store.random_logs import folder_of, write
from tests.stores import as_stored


@pytest.fixture
def both(tmp_path):
    logs = nsgkit.read_logs(write(folder_of(random.Random(1)), tmp_path / "logs"))
    return as_stored(logs, tmp_path), logs


def test_the_same_is_the_same(both):
    assert differences(*both) == []


def test_a_row_too_few_is_told(both):
    stored, logs = both
    logs.flows = logs.flows.head(-1)
    assert [told.split(":")[0] for told in differences(stored, logs)][:1] == ["flows"]


def test_another_value_is_told(both):
    stored, logs = both
    stored.conversations = stored.conversations.project('* REPLACE (src_port + 1 AS "src_port")')
    stored.flows = stored.flows.project("* REPLACE (NULL AS rule)")
    assert differences(stored, logs) == ["flows.rule", "conversations.src_port"]


def test_another_reject_is_told(both):
    stored, logs = both
    stored.rejects = pd.concat([logs.rejects, logs.rejects.head(1)])
    assert differences(stored, logs) == ["rejects"]
