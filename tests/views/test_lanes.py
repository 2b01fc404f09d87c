"""The picture of lanes: what its marks, signs and words say."""

import pandas as pd
import pytest

import nsgkit
from nsgkit import analyses, schema, views
from nsgkit.errors import MissingColumnError, NsgkitError
from nsgkit.views.theme import StandIn
from nsgkit.views.timeline.plot import STEP
from tests.frames import flows

FEW = """
09:00:00 10.0.0.4:50000 192.0.2.7:443 TCP O A B
09:30:00 10.0.0.4:50000 192.0.2.7:443 TCP O A E 3/300 2/200000
09:01:00 192.0.2.8:50001 10.0.0.4:22 TCP I D B
09:02:00 10.0.0.4:50002 192.0.2.7:443 TCP O A B
09:03:00 10.0.0.4:50003 192.0.2.9:53 UDP O A E 1/80 1/90 rule=a\u202eb
"""


@pytest.fixture(scope="module")
def table():
    return analyses.lanes(nsgkit.conversations(flows(FEW)))


def times(*clocks):
    return [pd.Timestamp(f"2024-12-19 {clock}", tz="UTC") for clock in clocks]


def gap(start, end, **more):
    begin, until = times(start, end)
    return pd.DataFrame([{"start": begin, "end": until, **more}])


def main(chart):
    return chart.layer[0].data.set_index("said_ends")


def words(chart):
    return str(chart.to_dict()["title"])


def test_a_bar_is_as_long_as_its_connection_and_thicker_for_more_bytes(table):
    marks = main(views.lanes(table))
    bar = marks.loc["10.0.0.4 port 50000 → 192.0.2.7 port 443, TCP"]
    assert [bar["time"], bar["until"]] == times("09:00", "09:30")
    thick = (marks["high"] - marks["low"]) * STEP
    assert thick.loc[bar.name] > thick.filter(like="50003").item() > thick.filter(like="50002").item()


def test_what_is_short_is_wide_enough_to_be_seen(table):
    chart = views.lanes(table)
    pixel = pd.Timedelta("30min") / chart.width
    marks = main(chart)
    assert ((marks["until"] - marks["time"]) / pixel).min() >= 1.99


def test_each_mark_names_its_row_of_the_table(table):
    marks = main(views.lanes(table))
    assert marks["row"].map(table["src_port"]).astype(str).tolist() == [
        text.split(" port ")[1].split(" ")[0] for text in marks.index
    ]


def test_open_ends_have_signs_and_a_legend(table):
    signs = next(layer for layer in views.lanes(table).layer if "end_sign" in layer.data)
    told = dict(zip(signs.data["end_sign"], signs.data["said_ends"], strict=True))
    assert "50003" in told["begin"]
    assert "50002" in told["end"]
    assert "its end is not in the data" in str(signs.to_dict()["encoding"]["shape"]["legend"])


def test_an_end_outside_the_span_is_cut_and_has_no_sign(table):
    chart = views.lanes(table[table["src_port"] == 50000], span=("2024-12-19 09:10", "2024-12-19 09:20"))
    assert [main(chart)[name].item() for name in ("time", "until")] == times("09:10", "09:20")
    assert not any("end_sign" in layer.data for layer in chart.layer)


def test_the_title_says_what_and_what_is_left_out():
    made = nsgkit.conversations(flows(FEW))
    told = words(views.lanes(analyses.lanes(made, of="ip:10.0.0.4", top=1)))
    assert "ip:10.0.0.4, by the other end" in told
    assert "Left out: 2 in 2 lanes." in told


def test_gaps_are_hatched_and_told(table):
    chart = views.lanes(table, gaps=gap("09:10", "09:20", mac="00AA00000001"))
    texts = [layer.data["said"].tolist() for layer in chart.layer if "said" in layer.data]
    assert texts == [["no logs of 00AA00000001"]]
    hatch = next(layer.data for layer in chart.layer if {*layer.data} == {"time", "until", "low", "high"}
                 and len(layer.data) > 10)  # fmt: skip
    assert [hatch["time"].min(), hatch["until"].max()] == times("09:10", "09:20")
    assert "Hatched" in words(chart)


def test_lines_of_the_analyst_lie_where_they_were_set(table):
    chart = views.lanes(table, marks=[("2024-12-19 09:05", "opened"), ("2024-12-20", "later")])
    lines = next(layer.data for layer in chart.layer if "said" in layer.data)
    assert (lines["time"].tolist(), lines["said"].tolist()) == (times("09:05"), ["opened"])
    assert "1 line of yours lies outside this span" in words(chart)


def test_columns_of_one_bin_stand_on_each_other_and_the_rare_are_seen():
    denied = [f"09:00:{i % 60:02} 192.0.2.7:{40000 + i} 10.0.0.4:22 TCP I D B" for i in range(90)]
    text = [*denied, "09:00:30 192.0.2.7:50000 10.0.0.4:22 TCP I A B"]
    made = analyses.lanes(nsgkit.conversations(flows("\n".join(text))), end="2024-12-19 09:10", bins=20)
    marks = views.lanes(made).layer[0].data
    bins = made.groupby("start")["conversations"].sum()
    assert (len(bins), bins.sum()) == (2, 91)
    assert ((marks["high"] - marks["low"]) * STEP).min() >= 1.99
    first = marks[marks["time"] == marks["time"].max()].sort_values("low")
    assert first["low"].iloc[1:].tolist() == pytest.approx(first["high"].iloc[:-1].tolist())


def test_by_direction_the_colours_are_of_direction(table):
    colour = views.lanes(table, colour="direction").layer[0].to_dict()["encoding"]["color"]
    assert colour["scale"]["domain"] == ["inbound", "outbound"]


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        (None, "were there logs at all?"),
        (gap("08:00", "09:00"), "no gap in the logs is known"),
        (gap("10:10", "10:20"), "for 10 min of this span logs are missing"),
        (gap("09:00", "12:00"), "no logs in all of this span"),
    ],
)
def test_an_empty_picture_tells_no_rows_from_no_logs(table, gaps, said):
    chart = views.lanes(table.head(0), gaps=gaps, span=("2024-12-19 10:00", "2024-12-19 11:00"))
    assert isinstance(chart, StandIn)
    assert said in " ".join(chart.data["line"])


def test_what_hides_or_turns_text_is_spelled_out(table):
    assert "\u202e" not in views.lanes(table, marks=[("2024-12-19 09:05", "a\u202eb")]).to_json(
        ensure_ascii=False
    )


def test_lanes_are_called_by_the_names_that_are_carried(table):
    held = schema.carrying(table, {"192.0.2.7": "192.0.2.7  ·  PARTNER"})
    assert "PARTNER" in str(views.lanes(held).to_dict()["encoding"]["y"])


def test_another_table_or_colour_is_one_sentence(table):
    with pytest.raises(MissingColumnError, match=r"nsgkit\.analyses\.lanes"):
        views.lanes(table.drop(columns="lane"))
    with pytest.raises(NsgkitError, match="choose decision or direction"):
        views.lanes(table, colour="rule")


def hovered(chart):
    """What is told on hover of each layer that tells anything: the words before each column."""
    told = [layer["encoding"].get("tooltip", []) for layer in chart.to_dict()["layer"]]
    return [{each["title"]: each["field"] for each in one} for one in told if one]


def test_on_hover_a_mark_tells_its_time_by_the_clocks_of_a_zone_too(table):
    chart = views.lanes(table, zone="America/St_Johns")  # three hours and a half behind UTC in December
    bar = main(chart).loc["10.0.0.4 port 50000 → 192.0.2.7 port 443, TCP"]
    assert all("When (UTC)" in told for told in hovered(chart))
    assert {told["When (America/St_Johns)"] for told in hovered(chart)} == {"said_local"}
    assert bar["said_when"] == "2024-12-19 09:00:00 to 09:30:00, 30 min"
    assert bar["said_local"] == "2024-12-19 05:30:00 to 06:00:00, 30 min"


@pytest.mark.parametrize("zone", ["", "UTC"])
def test_without_another_zone_a_mark_tells_its_time_once(table, zone):
    assert [title for title in hovered(views.lanes(table, zone=zone))[0] if "When" in title] == ["When (UTC)"]


def test_a_zone_that_is_none_is_told_for_a_picture(table):
    with pytest.raises(NsgkitError, match="There is no time zone 'Mars'"):
        views.lanes(table, zone="Mars")
