"""A case or a bundle from a stranger: it is read or refused in one sentence, and nothing else is touched."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit import NsgkitError
from nsgkit import case as cases
from tests.case import small
from tests.examples import examples
from tests.stored import with_tokens

# Values that no encoder of Python writes: each stands as a text first, and as this JSON in the file.
TOKENS = [
    ("@nan", "NaN"), ("@huge", "1e999"), ("@digits", "9" * 5_000), ("@deep", "[" * 50_000 + "]" * 50_000),
    ("@deepest", '{"a":' * 50_000 + "1" + "}" * 50_000), ("@lone", '"\\ud800"'), ("@twice", '{"a":1,"a":2}'),
    ("@null", '"\\u0000"'),
]  # fmt: skip
VALUES = [
    None, True, -1, 0, 3, 2**31, 2**53, 2**63, 2**64, 1.5, 1e308, "", "x", "../../x", "/etc/hostname",
    "<script>", "\u202e", "[" * 50_000, '{"kind": []}', "null", [], [5], [None], ["a", "b"], {}, {"a": 1},
    [[]], [{}],
    "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2024-12-19T09:00:00", "2024-12-19T09:00:00.000Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "later", *(token for token, _ in TOKENS),
]  # fmt: skip
BYTES = st.binary(max_size=60) | st.sampled_from(
    [with_tokens(json.dumps(t), TOKENS).encode() for t, _ in TOKENS]
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stranger")
    small.make_case(folder)
    (folder / "out").mkdir()
    return folder


def places_in(told):
    """Each place of a JSON value: what holds it, and its key."""
    for key, value in list(told.items() if isinstance(told, dict) else enumerate(told)):
        yield told, key
        if isinstance(value, dict | list):
            yield from places_in(value)


def use(bundle, out):
    """Do with a bundle all that can be done with it."""
    case = cases.open(bundle)
    for act in (
        lambda: case.events, lambda: case.cited, lambda: case.head, lambda: repr(case),
        lambda: case.report(out / "report.html"), lambda: case.export(out / "rows.csv"),
    ):  # fmt: skip
        try:
            act()
        except NsgkitError as error:
            assert len(str(error)) < 2_000
        (out / "rows.csv").unlink(missing_ok=True)


def read_or_refused(made, bundle):
    """Whether verify finds a problem; whatever it is, nothing but NsgkitError comes of a bundle."""
    (made / "out" / "report.html").unlink(missing_ok=True)
    before = small.everything_beside(made, bundle)
    inside = small.everything_beside(bundle, bundle / "no such")
    found = nsgkit.verify(bundle).problems
    try:
        use(bundle, made / "out")
    except NsgkitError as error:
        assert len(str(error)) < 2_000
    (made / "out" / "report.html").unlink(missing_ok=True)
    assert small.everything_beside(made, bundle) == before
    assert small.everything_beside(bundle, bundle / "no such") == inside
    return found


@given(data=st.data())
@examples(40)
def test_garbage_in_any_file_is_named(made, data):
    bundle = small.copied(made / "bundle", made / "copy")
    path = data.draw(st.sampled_from(sorted(p for p in bundle.rglob("*") if p.is_file())))
    was = path.read_bytes()
    at = data.draw(st.integers(0, len(was)))
    until = data.draw(st.integers(at, len(was)))
    path.write_bytes(was[:at] + data.draw(BYTES) + was[until:])
    found = "\n".join(read_or_refused(made, bundle))
    assert path.read_bytes() == was or path.name in found or path.name.partition(".")[0] in found


@given(data=st.data())
@examples(40)
def test_garbage_that_the_manifests_list_is_read_or_refused(made, data):
    bundle = small.copied(made / "bundle", made / "copy")
    path = data.draw(st.sampled_from(sorted(p for p in bundle.glob("data/**/*") if p.is_file())))
    was = path.read_bytes()
    at = data.draw(st.integers(0, len(was)))
    until = data.draw(st.integers(at, len(was)))
    path.write_bytes(was[:at] + data.draw(BYTES) + was[until:])
    small.write_manifests(bundle)
    assert path.read_bytes() == was or read_or_refused(made, bundle)


@given(data=st.data(), value=st.sampled_from(VALUES))
@examples(80)
def test_any_value_in_any_line_is_read_or_refused(made, data, value):
    bundle = small.copied(made / "bundle", made / "copy")
    told = small.events(bundle)
    names = sorted({name for event in told for name in event} | {"cut", "of", "later"})
    line = data.draw(st.sampled_from(told))
    if data.draw(st.booleans()):
        line[data.draw(st.sampled_from(names))] = value
    else:
        holder, key = data.draw(st.sampled_from([*places_in(line)]))
        holder[key] = value
    small.write_events(bundle, told, TOKENS)
    small.write_manifests(bundle)
    read_or_refused(made, bundle)


@given(data=st.data(), value=st.sampled_from(VALUES))
@examples(80)
def test_any_value_in_any_kept_file_is_read_or_refused(made, data, value):
    bundle = small.copied(made / "bundle", made / "copy")
    told = small.events(bundle)
    number = data.draw(st.sampled_from([e["n"] for e in told if e.get("file", {}).get("ending") == "json"]))
    kept = told[number]["file"]
    content = json.loads((bundle / f"data/case/files/{kept['sha256']}.json").read_bytes())
    holder, key = data.draw(st.sampled_from([*places_in(content)]))
    holder[key] = value
    small.write_kept(bundle, told, number, with_tokens(json.dumps(content), TOKENS).encode())
    small.write_manifests(bundle)
    read_or_refused(made, bundle)
