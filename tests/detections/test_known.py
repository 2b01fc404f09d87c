"""known.toml: what it must say, whom it meets, and that nothing is lost by it."""

from datetime import date

import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import horizontal_scans, known_beside, read_known, with_known

SAID = 'why = "backup check"\nby = "Ada"\nuntil = 2025-01-31\n'


def written(tmp_path, text):
    path = tmp_path / "known.toml"
    path.write_text(text, "utf-8")
    return path


def known_of(tmp_path, entry, **finding):
    one = {"kind": "horizontal scan", "src_ip": "10.0.0.4", "dst_ip": None, "dst_port": 445}
    table = pd.DataFrame([{**one, "last": pd.Timestamp("2025-01-31T23:59Z"), "rows": [], **finding}])
    table["dst_port"] = table["dst_port"].astype("Int64")
    return with_known(table, written(tmp_path, f"[[known]]\n{entry}\n{SAID}"))["known"].notna().item()


@pytest.mark.parametrize(
    "entry",
    [
        'src = "10.0.0.4"', 'src = "10.0.0.0/24"', "dst_port = 445", 'kinds = ["horizontal scan"]',
        'kinds = "horizontal scan"\nsrc = "10.0.0.4"',
    ],
)  # fmt: skip
def test_whom_it_meets(tmp_path, entry):
    assert known_of(tmp_path, entry)


@pytest.mark.parametrize(
    "entry", ['src = "10.0.1.0/24"', "dst_port = 22", 'dst = "0.0.0.0/0"', 'src = "::/0"']
)
def test_whom_it_does_not(tmp_path, entry):
    assert not known_of(tmp_path, entry)


def test_until_the_end_of_its_day(tmp_path):
    assert not known_of(tmp_path, 'src = "10.0.0.4"', last=pd.Timestamp("2025-02-01T00:00Z"))


def test_a_masked_address_is_in_no_prefix(tmp_path):
    assert not known_of(tmp_path, 'src = "0.0.0.0/0"', src_ip="xxx.xxx.xxx.xxx")


def test_what_it_says(tmp_path, stitched):
    found = horizontal_scans(stitched)
    told = with_known(found, written(tmp_path, f'[[known]]\nsrc = "10.20.0.4"\n{SAID}'))
    assert told["known"].tolist() == ["backup check (Ada, until 2025-01-31)"]
    pd.testing.assert_frame_equal(told.drop(columns="known"), found)
    pd.testing.assert_frame_equal(with_known(told, None).drop(columns="known"), found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[known]]\n" + SAID, "entry 1 would hide every finding"),
        ('[[known]]\nsrc = "10.0.0.4"\n', "entry 1 does not say why"),
        (f'[[known]]\nsrc = "10.0.0.400"\n{SAID}', "'10.0.0.400' is no address"),
        (f'[[known]]\nsource = "10.0.0.4"\n{SAID}', "'source' means nothing"),
        (f"[[known]]\ndst_port = 99999\n{SAID}", "from 0 to 65535"),
        (f'[[known]]\nkinds = ["scan"]\n{SAID}', "no kind 'scan'. There are horizontal scan"),
        (f'[[known]]\ndst_port = 22\n{SAID.replace("2025-01-31", "true")}', "until takes a day"),
        (f"[[known]]\ndst_port = 22\n{SAID}[[known]]\n{SAID}", "entry 2 would hide"),
        ("known = 3", "lists nothing known"),
        ("[known", "is no TOML"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_named(tmp_path, text, said):
    with pytest.raises(nsgkit.NsgkitError, match=r"known\.toml") as error:
        read_known(written(tmp_path, text))
    assert said in str(error.value)


def test_no_file(tmp_path):
    with pytest.raises(nsgkit.NsgkitError, match=r"cannot be read.*Give a known.toml"):
        read_known(tmp_path / "known.toml")


def test_the_companys_own():
    first = read_known("data/samples/known.toml")[0]
    assert (str(first.src), first.until) == ("192.168.40.20/32", date(2025, 6, 30))


def test_an_allow_list_lies_with_its_logs(tmp_path):
    (tmp_path / "case" / "logs").mkdir(parents=True)
    assert known_beside(tmp_path / "case" / "logs") is None
    beside = written(tmp_path / "case", "")
    assert known_beside(tmp_path / "case" / "logs") == beside
    inside = written(tmp_path / "case" / "logs", "")
    assert known_beside(str(tmp_path / "case" / "logs")) == inside
