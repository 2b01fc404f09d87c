"""Charts over time: what the specification says is what an analyst sees."""

import pandas as pd

from nsgkit.views import charts, theme


def table(hours=3, groups=("WEB-NSG",), decisions=("allowed", "denied")):
    rows = pd.MultiIndex.from_product(
        [pd.date_range("2024-12-19T00:00Z", periods=hours, freq="h"), groups, decisions],
        names=["time", "group", "decision"],
    ).to_frame(index=False)
    return rows.assign(connections=range(1, len(rows) + 1), until=rows["time"] + pd.Timedelta("1h"))


def drawn(chart):
    """The rows that a chart draws."""
    spec = chart.to_dict()
    (rows,) = spec["datasets"].values()
    return pd.DataFrame(rows)


def subtitle(chart):
    return " ".join(chart.title.subtitle)


def test_every_count_is_drawn():
    assert drawn(charts.over_time(table()))["connections"].sum() == table()["connections"].sum()


def test_the_title_names_the_subject_and_the_subtitle_unit_and_utc():
    chart = charts.over_time(table())
    assert chart.title.text == "Connections and denied attempts over time"
    assert "per hour" in subtitle(chart)
    assert "UTC" in subtitle(chart)


def test_decisions_keep_their_colours():
    colour = charts.over_time(table()).to_dict()["spec"]["encoding"]["color"]
    assert colour["scale"] == theme.decision_scale().to_dict()


def test_the_axis_of_time_reads_in_utc():
    axis = charts.over_time(table()).to_dict()["spec"]["encoding"]["x"]
    assert axis["scale"]["type"] == "utc"


def test_small_groups_are_left_out_and_named():
    chart = charts.over_time(table(groups=[f"NSG-{i:02d}" for i in range(11)]))
    assert drawn(chart)["group"].nunique() == charts.MOST_GROUPS
    assert "Left out: the 3 smallest groups" in subtitle(chart)


def test_a_year_of_hours_fits_by_wider_bins_without_losing_a_count():
    year = table(hours=24 * 365)
    chart = charts.over_time(year)
    assert len(drawn(chart)) <= charts.MOST_MARKS
    assert drawn(chart)["connections"].sum() == year["connections"].sum()
    assert "joined to fit" in subtitle(chart)


def test_no_rows_say_why_and_what_to_do():
    chart = charts.over_time(table().head(0))
    assert "coverage" in " ".join(chart.data["line"])


def test_hidden_characters_in_a_name_are_spelled_out():
    assert drawn(charts.over_time(table(groups=["WEB\u202eGSN"])))["group"].unique() == ["WEB\\u202eGSN"]


def test_it_compiles_to_a_picture(tmp_path):
    chart = charts.over_time(table())
    chart.save(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").stat().st_size > 5_000
