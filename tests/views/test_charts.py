"""Charts: what the specification says is what an analyst sees."""

import pandas as pd
import pytest

from nsgkit.views import charts, grids, ranking, ribbons, theme, time_series


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
    assert drawn(chart)["group"].nunique() == time_series.MOST_GROUPS
    assert "Left out: the 3 smallest groups" in subtitle(chart)


def test_a_year_of_hours_fits_by_wider_bins_without_losing_a_count():
    year = table(hours=24 * 365)
    chart = charts.over_time(year)
    assert len(drawn(chart)) <= time_series.MOST_MARKS
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


# Volume over time


def volume(groups=2, value=100):
    rows = table(groups=[f"NIC-{i:02d}" for i in range(groups)], decisions=("allowed",))
    return rows.assign(bytes=pd.array([value] * len(rows), dtype="Int64"))


def test_a_volume_is_drawn_to_the_byte_and_says_how_it_was_spread():
    chart = charts.volume_over_time(volume())
    assert drawn(chart)["connections"].sum() == 600
    assert "spread over the time they were counted in" in subtitle(chart)


def test_groups_beyond_the_colours_are_drawn_as_one_and_named():
    chart = charts.volume_over_time(volume(groups=9))
    assert drawn(chart)["group"].nunique() == time_series.MOST_COLOURS
    assert drawn(chart)["connections"].sum() == 2_700
    assert "The 6 smallest groups are one" in subtitle(chart)


def test_bytes_that_nobody_counted_are_not_drawn_as_zero():
    assert "counters" in " ".join(charts.volume_over_time(volume(value=None)).data["line"])


# Rankings


def ranking_of(size, **more):
    rows = pd.DataFrame({"src_ip": [f"10.0.0.{i}" for i in range(size)], "connections": 5})
    rows = rows.assign(denied=0, bytes=300, bytes_src_to_dst=100, bytes_dst_to_src=200, uncounted=2)
    return rows.assign(**more, share=0.5 / size, groups=99)


def test_bars_are_as_long_as_the_bytes_of_each_way():
    bars = drawn(charts.top_bars(ranking_of(3)))
    assert bars.groupby("sender")["value"].sum().to_dict() == {"source": 300, "destination": 600}


def test_bars_say_what_share_they_carry_and_what_is_unknown():
    said = subtitle(charts.top_bars(ranking_of(3)))
    assert "The first 3 of 99; these carry 50.0% of all bytes." in said
    assert "6 of their 15 connections had no counters" in said


def test_at_most_forty_bars():
    assert len(drawn(charts.top_bars(ranking_of(60), measure="connections"))) == ranking.MOST_BARS


def test_a_ranking_without_the_measure_says_so():
    assert "denied attempts" in " ".join(charts.top_bars(ranking_of(3), measure="denied").data["line"])


def test_denied_attempts_keep_their_colour():
    chart = charts.top_bars(ranking_of(3, denied=4), measure="denied")
    assert chart.to_dict()["mark"]["color"] == theme.DENIED


def test_a_ranking_is_titled_by_what_makes_its_groups():
    pairs = ranking_of(2)
    pairs.insert(1, "dst_ip", "10.0.1.5")
    chart = charts.top_bars(pairs, measure="connections")
    assert chart.title.text == "Connections by source address and destination address"


def changed():
    rows = {"dst_port": [22, 80, 443], "change": ["new", "steady", "fallen"], "groups": 3}
    return pd.DataFrame(rows).assign(
        earlier_per_hour=[0.0, 1.0, 9.0], later_per_hour=[3.0, 1.0, 1.0], difference_per_hour=[3.0, 0.0, -8.0]
    )


def test_what_rose_goes_right_and_what_fell_goes_left():
    assert drawn(charts.change(changed()))["difference_per_hour"].tolist() == [3.0, -8.0]


def test_steady_groups_are_left_out_and_said_to_be():
    assert "1 steady" in subtitle(charts.change(changed()))


def test_nothing_changed_says_so():
    assert "thresholds" in " ".join(charts.change(changed()[1:2]).data["line"])


# Grids


def test_a_heat_map_adds_up_to_its_table():
    cells = drawn(charts.heat_map(table(hours=48)))
    assert cells["connections"].sum() == table(hours=48)["connections"].sum()
    assert len(cells) == 48


def test_a_heat_map_of_one_decision():
    cells = drawn(charts.heat_map(table(), decision="denied"))
    assert cells["connections"].sum() == table().query("decision == 'denied'")["connections"].sum()


def test_a_heat_map_of_years_says_which_days_it_leaves_out():
    chart = charts.heat_map(table(hours=24 * 210))
    assert len(drawn(chart)) == 24 * grids.MOST_DAYS <= grids.MOST_MARKS
    assert "10 earlier days" in subtitle(chart)


def cells(size):
    names = [f"10.0.{i}.0/24" for i in range(size)]
    rows = pd.MultiIndex.from_product([names, names], names=["source", "destination"]).to_frame(index=False)
    return rows.assign(bytes=pd.array([7] * len(rows), dtype="Int64"), share=1 / len(rows), groups=len(rows))


def test_a_matrix_shows_the_largest_ends_and_says_what_it_leaves_out():
    chart = charts.matrix(cells(40))
    assert len(drawn(chart)) == grids.MOST_NAMES**2
    assert "900 of 1,600 cells, 56.2% of all bytes" in subtitle(chart)


def hours(size):
    times = pd.date_range("2024-12-19", periods=size, freq="h", tz="UTC")
    return pd.DataFrame({"hour": times, "resource": "/NSG/WEB", "mac": "000D3AB17875", "status": "present"})


def test_coverage_draws_every_hour_of_a_nic():
    assert drawn(charts.coverage(hours(30)))["stream"].unique() == ["000D3AB17875  ·  WEB"]
    assert len(drawn(charts.coverage(hours(30)))) == 30


def test_coverage_of_years_draws_the_last_hours_and_says_so():
    chart = charts.coverage(hours(5_100))
    assert len(drawn(chart)) == grids.MOST_MARKS
    assert "100 earlier hours" in subtitle(chart)


# Links


def linked(size):
    rows = pd.DataFrame({"src_ip": [f"10.0.0.{i}" for i in range(size)], "rule": "Web", "dst_ip": "10.0.1.5"})
    return rows.assign(decision="allowed", connections=range(size, 0, -1), share=1 / size, groups=size)


def drawn_ribbons(chart):
    sets = [pd.DataFrame(rows) for rows in chart.to_dict()["datasets"].values()]
    return next(rows for rows in sets if "ribbon" in rows)


def test_ribbons_leave_and_enter_with_the_same_share_of_their_nodes():
    ends = drawn_ribbons(charts.links(linked(3))).groupby("ribbon").first()
    heights = ends["top"] - ends["bottom"]
    ratio = heights / ends["size"]
    assert ratio[ratio.index.str.startswith("0")].max() == pytest.approx(
        ratio[ratio.index.str.startswith("0")].min()
    )


def test_the_widest_links_are_drawn_and_the_rest_is_said_to_be_left_out():
    chart = charts.links(linked(60))
    assert drawn_ribbons(chart)["ribbon"].str.startswith("0").sum() == ribbons.MOST_LINKS * 13
    assert "40 of 60 links, 66.7% of all connections" in subtitle(chart)


def test_a_rule_that_was_not_logged_has_a_name():
    chart = charts.links(linked(2).assign(rule=None))
    assert "not logged" in set(drawn_ribbons(chart)["to"])


EMPTY = [
    (charts.volume_over_time, volume()), (charts.top_bars, ranking_of(1)), (charts.change, changed()),
    (charts.heat_map, table()), (charts.matrix, cells(1)), (charts.coverage, hours(1)),
    (charts.links, linked(1)),
]  # fmt: skip


@pytest.mark.parametrize(("draw", "rows"), EMPTY)
def test_no_rows_say_why_in_words(draw, rows):
    assert len(draw(rows.head(0)).data["line"]) >= 2


@pytest.mark.parametrize(("draw", "rows"), EMPTY)
def test_every_chart_compiles_to_a_picture(draw, rows, tmp_path):
    draw(rows).save(tmp_path / "chart.svg")
    assert "<svg" in (tmp_path / "chart.svg").read_text("utf-8")


@pytest.mark.parametrize(("draw", "rows"), EMPTY)
def test_every_chart_says_that_its_times_are_utc_or_has_none(draw, rows):
    spec = str(draw(rows).to_dict())
    assert "temporal" not in spec or "UTC" in spec
