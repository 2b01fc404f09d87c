"""What lies beside the logs is found for their store, which remembers where they came from."""

import json

import pytest

from nsgkit.detections import known_beside
from nsgkit.enrich import network_beside


@pytest.fixture
def store(tmp_path):
    """A store whose logs came from another folder: logs/in."""
    store, source = tmp_path / "stores" / "store", tmp_path / "logs" / "in"
    store.mkdir(parents=True)
    source.mkdir(parents=True)
    (store / "store.json").write_text(json.dumps({"source": str(source)}))
    return store


def put(folder, name="network.toml"):
    (folder / name).write_text("")
    return folder / name


def test_an_allow_list_with_the_logs_is_found(store, tmp_path):
    expected = put(tmp_path / "logs" / "in", "known.toml")
    assert known_beside(store) == expected


@pytest.mark.parametrize("place", ["logs/in", "logs", "stores/store", "stores"])
def test_each_place_is_looked_into(store, tmp_path, place):
    expected = put(tmp_path / place)
    assert network_beside(store) == expected


def test_the_stores_own_comes_first_then_its_logs(store, tmp_path):
    found = [network_beside(store)]
    for place in ["stores", "logs", "logs/in", "stores/store"]:
        put(tmp_path / place)
        found.append(network_beside(store).parent.relative_to(tmp_path).as_posix())
    assert found == [None, "stores", "logs", "logs/in", "stores/store"]


@pytest.mark.parametrize(
    "text", ["", "[1]", "{}", '{"source": 3}', '{"source": ""}', "\x00", '{"source": "\\u0000"}']
)
def test_a_store_that_does_not_tell_is_a_folder_like_others(store, tmp_path, text):
    (store / "store.json").write_text(text)
    put(tmp_path / "logs" / "in")
    assert network_beside(store) is None
