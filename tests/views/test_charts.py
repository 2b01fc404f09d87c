"""Charts: what the specification says is what an analyst sees."""

import pandas as pd
import pytest

from nsgkit import palette, schema, views
from nsgkit.errors import MissingColumnError, NsgkitError
from nsgkit.views import grids, ranking, ribbons, theme, time_series


def table(hours=3, **by):
    """Make what analyses.over_time gives: 3 connections and a denied attempt a bin and group."""
    spans = pd.DataFrame({"start": pd.date_range("2024-12-19T00:00Z", periods=hours, freq="h")})
    rows = spans.assign(end=spans["start"] + pd.Timedelta("1h"))
    for name, values in by.items():
        rows = rows.merge(pd.DataFrame({name: values}), how="cross")
    return rows.assign(connections=3, denied=1, unknown=0, peers=2)


def drawn(chart):
    """The rows that a chart draws."""
    spec = chart.to_dict()
    (rows,) = spec["datasets"].values()
    return pd.DataFrame(rows)


def subtitle(chart):
    return " ".join(chart.title.subtitle)


def test_every_connection_and_denied_attempt_is_drawn():
    bars = drawn(views.over_time(table()))
    assert bars.groupby("decision")["value"].sum().to_dict() == {"allowed": 9, "denied": 3}


def test_the_title_names_the_subject_and_the_subtitle_unit_and_utc():
    chart = views.over_time(table())
    assert chart.title.text == "Connections and denied attempts over time"
    assert "per hour" in subtitle(chart)
    assert "UTC" in subtitle(chart)


def test_decisions_keep_their_colours():
    colour = views.over_time(table()).to_dict()["encoding"]["color"]
    assert colour["scale"] == theme.decision_scale().to_dict()


def test_the_axis_of_time_reads_in_utc():
    axis = views.over_time(table()).to_dict()["encoding"]["x"]
    assert axis["scale"]["type"] == "utc"


def test_groups_are_coloured_by_their_short_names_and_what_is_not_in_the_bars_is_said():
    chart = views.over_time(table(acl=["/SUB/1/NSG/WEB", "/SUB/1/NSG/DB"]))
    assert drawn(chart).groupby("group")["value"].sum().to_dict() == {"WEB": 9, "DB": 9}
    assert chart.title.text == "Connections over time by NSG"
    assert "Not in the bars: 6 denied attempts." in subtitle(chart)


def test_a_group_of_two_columns_has_both_names():
    chart = views.over_time(table(protocol=["TCP"], direction=["inbound"]), measure="denied")
    assert drawn(chart)["group"].unique() == ["TCP  ·  inbound"]
    assert chart.title.text == "Denied attempts over time by protocol and direction"


def test_a_year_of_hours_fits_by_wider_bins_without_losing_a_count():
    year = table(hours=24 * 365)
    chart = views.over_time(year)
    assert len(drawn(chart)) <= time_series.MOST_MARKS
    assert drawn(chart)["value"].sum() == year["connections"].sum() + year["denied"].sum()
    assert "joined to fit" in subtitle(chart)


def test_peers_of_a_year_are_cut_not_added_up():
    chart = views.over_time(table(hours=24 * 365), measure="peers")
    assert set(drawn(chart)["value"]) == {2}
    assert "Left out: 3,760 earlier bins." in subtitle(chart)


@pytest.mark.parametrize("draw", [views.over_time, views.heat_map])
def test_peers_of_several_groups_are_not_added_up(draw):
    with pytest.raises(NsgkitError, match="do not add up"):
        draw(table(rule=["Web", "Rdp"]), measure="peers")


def test_no_rows_say_why_and_what_to_do():
    chart = views.over_time(table().head(0))
    assert "coverage" in " ".join(chart.data["line"])


def test_hidden_characters_in_a_name_are_spelled_out():
    assert drawn(views.over_time(table(acl=["WEB\u202eGSN"])))["group"].unique() == ["WEB\\u202eGSN"]


def test_it_compiles_to_a_picture(tmp_path):
    chart = views.over_time(table())
    chart.save(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").stat().st_size > 5_000


# Volume over time


def volume(groups=2, value=100):
    rows = table(mac=[f"NIC-{i:02d}" for i in range(groups)])
    return rows.assign(bytes=pd.array([value] * len(rows), dtype="Int64"))


def test_a_volume_is_drawn_to_the_byte_and_says_how_it_was_spread():
    chart = views.over_time(volume(), measure="bytes")
    assert drawn(chart)["value"].sum() == 600
    assert "spread over the time they were counted in" in subtitle(chart)


def test_groups_beyond_the_colours_are_drawn_as_one_and_named():
    chart = views.over_time(volume(groups=9), measure="bytes")
    assert drawn(chart)["group"].nunique() == time_series.MOST_COLOURS
    assert drawn(chart)["value"].sum() == 2_700
    assert "The 6 smallest groups are one" in subtitle(chart)


def test_bytes_that_nobody_counted_are_not_drawn_as_zero():
    assert "counters" in " ".join(views.over_time(volume(value=None), measure="bytes").data["line"])


# Rankings


def ranking_of(size, **more):
    rows = pd.DataFrame({"src_ip": [f"10.0.0.{i}" for i in range(size)], "connections": 5})
    rows = rows.assign(denied=0, bytes=300, bytes_src_to_dst=100, bytes_dst_to_src=200, uncounted=2)
    return rows.assign(**more, share=0.5 / size, groups=99)


def test_bars_are_as_long_as_the_bytes_of_each_way():
    bars = drawn(views.top_bars(ranking_of(3), measure="bytes"))
    assert bars.groupby("sender")["value"].sum().to_dict() == {"source": 300, "destination": 600}


def test_bars_say_what_share_they_carry_and_what_is_unknown():
    said = subtitle(views.top_bars(ranking_of(3), measure="bytes"))
    assert "The first 3 of 99; these carry 50.0% of all bytes." in said
    assert "6 of their 15 connections had no counters" in said


def test_a_share_of_another_measure_is_not_called_a_share_of_this_one():
    said = subtitle(views.top_bars(ranking_of(3, connections=[1, 5, 9]), measure="connections"))
    assert "The first 3 of 99." in said
    assert "carry" not in said


def test_of_two_names_the_long_one_is_cut_in_its_middle_and_whole_on_hover():
    names = {"nsg": "WEB-NSG", "rule": [f"UserRule_{'x' * 60}-{end}" for end in "ab"]}
    table = pd.DataFrame(names).assign(connections=5, share=0.5, groups=2)
    bars = drawn(views.top_bars(table))
    assert bars["label"].str.len().max() <= theme.NAME_ROOM + 2
    assert [label[-2:] for label in bars["label"]] == ["-a", "-b"]
    assert bars["whole"].tolist() == [f"WEB-NSG  ·  {name}" for name in names["rule"]]


def test_at_most_forty_bars():
    assert len(drawn(views.top_bars(ranking_of(60), measure="connections"))) == ranking.MOST_BARS


def test_a_ranking_without_the_measure_says_so():
    assert "denied attempts" in " ".join(views.top_bars(ranking_of(3), measure="denied").data["line"])


def test_denied_attempts_keep_their_colour():
    chart = views.top_bars(ranking_of(3, denied=4), measure="denied")
    assert chart.to_dict()["layer"][0]["mark"]["color"] == palette.DENIED


def test_each_bar_has_its_whole_value_at_its_end_once():
    both = views.top_bars(ranking_of(2, bytes_src_to_dst=[100, 1_500_000]), measure="bytes")
    assert [text for text in drawn(both)["said"] if text] == ["300", "1.50M"]


def test_what_is_not_zero_has_two_pixels():
    bars = drawn(views.top_bars(ranking_of(3, connections=[1_000_000, 1, 0]), measure="connections"))
    assert bars["value"].tolist() == [1_000_000, 1]
    pixels = bars["length"] / (1_000_000 * ranking._ROOM) * theme.NAMED_WIDTH
    assert pixels.tolist()[1] == pytest.approx(2)


def test_where_all_is_shown_the_others_have_none():
    table = ranking_of(3).assign(share=1 / 3)
    said = subtitle(views.top_bars(table, measure="connections"))
    assert "The first 3 of 99; these carry 100.0% of all connections; the others have none." in said


def test_a_ranking_is_titled_by_what_makes_its_groups():
    pairs = ranking_of(2)
    pairs.insert(1, "dst_ip", "10.0.1.5")
    chart = views.top_bars(pairs, measure="connections")
    assert chart.title.text == "Connections by source address and destination address"


def changed(inside=True, **more):
    rows = {"dst_port": [22, 80, 443], "from_inside": inside, "change": ["new", "steady", "fallen"]}
    figures = pd.DataFrame(rows).assign(
        earlier=[0, 1, 9],
        later=[3, 1, 1],
        earlier_per_hour=[0.0, 1.0, 9.0],
        later_per_hour=[3.0, 1.0, 1.0],
        difference_per_hour=[3.0, 0.0, -8.0],
        changes=2,
        groups=3,
    )
    return figures.assign(**more)


def test_what_rose_goes_right_and_what_fell_goes_left():
    bars = drawn(views.change(changed()))
    assert bars["length"].tolist() == bars["difference_per_hour"].tolist() == [3.0, -8.0]


def test_a_change_says_how_many_there_were_before_and_after():
    assert drawn(views.change(changed()))["said"].tolist() == ["0 → 3", "9 → 1"]


def test_changes_from_inside_and_from_outside_have_a_panel_each():
    both = pd.concat([changed(), changed(inside=False)], ignore_index=True)
    bars = drawn(views.change(both))
    assert bars["side"].tolist() == ["From inside"] * 2 + ["From outside"] * 2


def test_steady_groups_are_left_out_and_said_to_be():
    said = subtitle(views.change(changed()))
    assert "From inside: 2 changes; steady or small: 1 of 3 groups." in said
    assert "From outside: nothing." in said


def test_changes_that_are_cut_are_said_to_be():
    many = pd.concat([changed(changes=1_123, groups=2_000)] * 20, ignore_index=True)
    chart = views.change(many)
    assert len(drawn(chart)) == ranking._SIDE
    assert "From inside: the first 20 of 1,123 changes; steady or small: 877 of 2,000" in subtitle(chart)


def test_nothing_changed_says_so():
    assert "thresholds" in " ".join(views.change(changed()[1:2]).data["line"])


# Grids


def test_a_heat_map_adds_up_to_its_table():
    cells = drawn(views.heat_map(table(hours=48, rule=["Web", "Rdp"])))
    assert cells["connections"].sum() == 48 * 2 * 3
    assert len(cells) == 48


def test_a_heat_map_is_titled_by_what_it_draws():
    chart = views.heat_map(table(), measure="denied")
    assert chart.title.text == "Denied attempts by hour and day"
    assert drawn(chart)["denied"].sum() == 3


def test_a_heat_map_of_years_says_which_days_it_leaves_out():
    chart = views.heat_map(table(hours=24 * 210))
    assert len(drawn(chart)) == 24 * grids.MOST_DAYS <= grids.MOST_MARKS
    assert "10 earlier days" in subtitle(chart)


def cells(size):
    names = [f"10.0.{i}.0/24" for i in range(size)]
    rows = pd.MultiIndex.from_product([names, names], names=["source", "destination"]).to_frame(index=False)
    return rows.assign(bytes=pd.array([7] * len(rows), dtype="Int64"), share=1 / len(rows), groups=len(rows))


def test_a_matrix_shows_the_largest_ends_and_says_what_it_leaves_out():
    chart = views.matrix(cells(40))
    assert len(drawn(chart)) == grids.MOST_NAMES**2
    assert "900 of 1,600 cells, 56.2% of all bytes" in subtitle(chart)


def hours(size):
    times = pd.date_range("2024-12-19", periods=size, freq="h", tz="UTC")
    return pd.DataFrame({"hour": times, "resource": "/NSG/WEB", "mac": "000D3AB17875", "status": "present"})


def hours_drawn(chart):
    return pd.DataFrame(next(iter(chart.to_dict()["datasets"].values())))


def test_coverage_draws_every_hour_of_a_nic():
    assert hours_drawn(views.coverage(hours(30)))["stream"].unique() == ["000D3AB17875  ·  WEB"]
    assert len(hours_drawn(views.coverage(hours(30)))) == 30


def test_coverage_of_years_draws_the_last_hours_and_says_so():
    chart = views.coverage(hours(5_100))
    assert len(hours_drawn(chart)) == grids.MOST_MARKS
    assert "100 earlier hours" in subtitle(chart)


def test_coverage_has_the_colours_and_signs_of_the_palette():
    chart = views.coverage(hours(2).assign(status=["missing", "growing"]))
    missing, growing = (palette.COVERAGE[status] for status in ("missing", "growing"))
    colour = chart.to_dict()["layer"][0]["encoding"]["color"]
    assert dict(zip(colour["scale"]["domain"], colour["scale"]["range"], strict=True)) == {
        "missing": missing.colour,
        "growing": growing.colour,
    }
    assert hours_drawn(chart)["sign"].tolist() == [missing.sign, growing.sign]


# Links


def linked(size):
    rows = pd.DataFrame({"src_ip": [f"10.0.0.{i}" for i in range(size)], "rule": "Web", "dst_ip": "10.0.1.5"})
    return rows.assign(decision="allowed", connections=range(size, 0, -1), groups=size).assign(
        share=lambda table: table["connections"] / table["connections"].sum()
    )


def drawn_ribbons(chart):
    sets = [pd.DataFrame(rows) for rows in chart.to_dict()["datasets"].values()]
    return next(rows for rows in sets if "ribbon" in rows)


def test_ribbons_leave_and_enter_with_the_same_share_of_their_nodes():
    ends = drawn_ribbons(views.links(linked(3))).groupby("ribbon").first()
    heights = ends["top"] - ends["bottom"]
    ratio = heights / ends["size"]
    assert ratio[ratio.index.str.startswith("0")].max() == pytest.approx(
        ratio[ratio.index.str.startswith("0")].min()
    )


def test_the_widest_links_are_drawn_and_the_rest_is_drawn_as_others():
    chart = views.links(linked(60))
    first = drawn_ribbons(chart).query("x < 1").drop_duplicates("ribbon")
    assert first["from"].nunique() == ribbons.MOST_LINKS + 1
    assert first["size"].sum() == linked(60)["connections"].sum()
    assert first.set_index("from")["size"]["others"] == sum(range(1, 21))
    assert "40 of 60 links, 88.5% of all connections; the rest is drawn as others." in subtitle(chart)


def test_others_of_the_table_are_drawn_by_decision_below_the_rest():
    rest = linked(2).assign(src_ip="others", rule="others", dst_ip="others", decision=["allowed", "denied"])
    rows = pd.concat([rest.assign(connections=[90, 10]), linked(3)], ignore_index=True)
    ends = drawn_ribbons(views.links(rows)).query("x < 1").groupby(["from", "decision"])["top"].max()
    assert ends["others"].index.tolist() == ["allowed", "denied"]
    assert ends["others"].max() < ends.drop("others").min()


def test_the_legend_has_the_sum_of_each_decision():
    legend = views.links(linked(3)).to_dict()["layer"][0]["encoding"]["color"]["legend"]
    assert '"allowed": "allowed  6"' in legend["labelExpr"]


def test_a_rule_that_was_not_logged_has_a_name():
    chart = views.links(linked(2).assign(rule=None))
    assert "not logged" in set(drawn_ribbons(chart)["to"])


EMPTY = [
    (views.over_time, volume()), (views.top_bars, ranking_of(1)), (views.change, changed()),
    (views.heat_map, table()), (views.matrix, cells(1)), (views.coverage, hours(1)),
    (views.links, linked(1)),
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


MADE_BY = [
    (views.over_time, "over_time"), (views.top_bars, "breakdown"), (views.change, "change"),
    (views.heat_map, "over_time"), (views.matrix, "matrix"), (views.coverage, "coverage"),
    (views.links, "traffic_links"),
]  # fmt: skip


@pytest.mark.parametrize(("draw", "maker"), MADE_BY)
def test_another_table_is_told_which_function_makes_the_right_one(draw, maker):
    with pytest.raises(MissingColumnError, match=rf"Make it with nsgkit\.analyses\.{maker}\(\)"):
        draw(schema.empty())


@pytest.mark.parametrize(("draw", "rows"), [e for e in EMPTY if e[0] not in (views.change, views.coverage)])
def test_a_measure_that_is_none_is_told_in_one_sentence(draw, rows):
    with pytest.raises(NsgkitError, match=r"no measure 'byte'\. Choose one of .*\.$"):
        draw(rows, measure="byte")
