"""Pictures of findings: what the specification says is what proves the finding."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit import palette, schema, views
from nsgkit.errors import MissingColumnError
from nsgkit.times import fitting_width
from nsgkit.views.findings import attempts, picture, rhythm, rises, scans, sizes, volumes
from tests.frames import flows

PICTURES = [
    views.attempts_picture, views.beacon_picture, views.brute_force_picture, views.rise_picture,
    views.scan_picture, views.transfer_picture,
]  # fmt: skip
every = pytest.mark.parametrize("draw", PICTURES, ids=lambda draw: draw.__name__)
NOON = pd.Timestamp("2024-12-19T12:00Z")


def conversations(times, lines):
    """Conversations that begin so many seconds after noon, one line each, the time put before it."""
    at = [f"{NOON + pd.Timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}" for second in times]
    return nsgkit.conversations(flows("\n".join(f"{t} {line}" for t, line in zip(at, lines, strict=True))))


def answered(count, apart=60, sent=300):
    """Connections of one row each, which last no time."""
    lines = [f"10.0.0.4:{40000 + i} 198.51.100.9:443 TCP O A E 3/{sent} 4/400" for i in range(count)]
    return conversations([i * apart for i in range(count)], lines)


def denied(count, apart=60, target="10.0.1.{}:445"):
    lines = [f"10.0.0.4:{40000 + i} {target.format(i)} TCP O D B" for i in range(count)]
    return conversations([i * apart for i in range(count)], lines)


def drawn(chart):
    """All rows that a chart draws."""
    return pd.concat([pd.DataFrame(rows) for rows in chart.to_dict()["datasets"].values()], ignore_index=True)


def marks(chart):
    return len(drawn(chart))


def subtitle(chart):
    return " ".join(chart.to_dict()["title"]["subtitle"])


def title(chart):
    text = chart.to_dict()["title"]["text"]
    return text if isinstance(text, str) else " ".join(text)


def logged_session(begin, end, port, sent):
    """A connection that is logged from its begin to its end, as flow rows of a day."""
    line = f"10.0.0.4:{port} 198.51.100.9:443 TCP O A"
    return f"{begin} {line} B\n{end} {line} E 900/{sent} 800/9000"


# -- every picture ---------------------------------------------------------------------------------------
@every
def test_a_table_that_is_none_is_told_what_makes_it(draw):
    with pytest.raises(MissingColumnError, match=r"nsgkit\.detections\.proof"):
        draw(pd.DataFrame({"first": []}))


@every
def test_nothing_to_draw_is_said_in_words(draw):
    chart = draw(nsgkit.conversations(schema.empty()))
    assert "No conversation proves this finding." in chart.data["line"].tolist()


@every
def test_title_and_subtitle_name_whom_and_utc(draw):
    chart = draw(answered(12))
    assert "10.0.0.4 to 198.51.100.9, port 443" in title(chart)
    assert "UTC" in subtitle(chart)


@every
def test_every_time_is_drawn_in_utc(draw):
    spec = json.dumps(draw(answered(40)).to_dict())
    assert '"type": "utc"' in spec and '"timeUnit": "yearmonth' not in spec


@every
def test_many_attempts_are_a_few_hundred_marks(draw):
    assert 0 < marks(draw(answered(3_000, apart=7))) <= 700


@every
def test_version_1_has_no_counters_and_still_a_picture(draw):
    plain = answered(12).assign(**dict.fromkeys(schema.COUNTERS, pd.NA), answered=pd.NA)
    assert draw(plain).to_dict()


@every
def test_a_folded_view_is_not_drawn_again(draw):
    once = answered(12)
    twice = pd.concat([once, once.assign(folded=True, blob="b2")], ignore_index=True)
    assert drawn(draw(twice)).equals(drawn(draw(once)))


@every
def test_the_order_of_rows_does_not_matter(draw):
    table = answered(50)
    assert drawn(draw(table.sample(frac=1, random_state=3))).equals(drawn(draw(table)))


@every
def test_control_characters_are_spelled_out(draw):
    hostile = answered(12).astype({"dst_ip": "str"}).assign(dst_ip="198.51.100.9\u202e<b>")
    assert "\u202e" not in json.dumps(draw(hostile).to_dict(), ensure_ascii=False)


# -- how attempts ended ----------------------------------------------------------------------------------
def test_each_way_to_end_has_its_row_and_its_number():
    both = pd.concat([denied(40), answered(3, sent=9)], ignore_index=True)
    bars = drawn(views.attempts_picture(both))
    assert bars.groupby("row")["n"].sum().to_dict() == {"answered  3": 3, "denied  40": 40}


def test_a_single_answer_among_many_denials_has_a_row_and_a_scale_of_its_own():
    both = pd.concat([denied(3_000, 1), answered(1, sent=9)], ignore_index=True)
    chart = views.attempts_picture(both)
    assert drawn(chart).query("outcome == 'answered'")["length"].tolist() == [1]
    assert chart.to_dict()["resolve"]["scale"]["y"] == "independent"


def test_a_bar_of_one_beside_a_bar_of_a_thousand_is_seen():
    times = [*[0] * 1_000, 9_000]
    lines = [f"10.0.0.4:{i} 10.0.1.9:445 TCP O D B" for i in range(1_001)]
    bars = drawn(views.attempts_picture(conversations(times, lines)))
    assert sorted(zip(bars["n"], bars["length"], strict=True)) == [(1, 60), (1_000, 1_000)]


def test_few_connections_have_a_line_each_with_their_time_and_bytes():
    table = nsgkit.conversations(flows(logged_session("09:00:00", "10:30:00", 40000, 2_000_000)))
    lane = drawn(views.attempts_picture(table)).iloc[0]
    assert lane["lane"] == "1. 10.0.0.4:40000, 1 h 30 min, 2.01MB"
    assert pd.Timestamp(lane["until"]) - pd.Timestamp(lane["time"]) == pd.Timedelta("90min")


def test_one_more_than_there_are_lanes_for_is_counted_in_bins():
    assert "lane" in drawn(views.attempts_picture(denied(attempts.MOST_LANES)))
    assert "lane" not in drawn(views.attempts_picture(denied(attempts.MOST_LANES + 1)))


def test_colours_of_how_it_ended_are_those_of_the_palette():
    colour = views.scan_picture(denied(40)).to_dict()["encoding"]["color"]["scale"]
    assert (colour["domain"], colour["range"]) == (["denied"], [palette.ENDED["denied"]])


# -- scans -----------------------------------------------------------------------------------------------
def test_addresses_stand_in_the_order_of_their_numbers():
    points = drawn(views.scan_picture(denied(12))).sort_values("place")
    assert points["target"].tolist() == [f"10.0.1.{i}" for i in range(12)]


def test_ports_stand_upwards_where_there_are_more_of_them():
    ports = [f"10.0.0.4:40000 10.0.1.9:{port} TCP O D B" for port in (443, 22, 8080)]
    points = drawn(views.scan_picture(conversations([0, 1, 2], ports))).sort_values("place")
    assert points["target"].tolist() == ["22", "443", "8080"]


def test_who_answered_a_scan_is_drawn_and_named_with_all_of_the_source():
    answers = conversations([70], ["10.0.0.4:50000 10.0.1.1:445 TCP O A E 9/900 9/9000"])
    failed = denied(30)
    everything = pd.concat([failed, answers.assign(blob="b2")], ignore_index=True)
    chart = views.scan_picture(failed, everything)
    assert "10.0.1.1 answered" in drawn(chart)["said"].dropna().tolist()
    assert "Of them 30 prove the finding" in subtitle(chart)


def test_what_the_source_did_at_another_port_or_time_is_left_out():
    failed = denied(30)
    lines = ["10.0.0.4:50000 10.9.9.9:80 TCP O A E 9/9 9/9", "10.0.0.4:50001 10.0.1.1:445 TCP O A E 9/9 9/9"]
    other = conversations([70, 9_000], lines)
    everything = pd.concat([failed, other.assign(blob="b2")], ignore_index=True)
    assert drawn(views.scan_picture(failed, everything)).equals(drawn(views.scan_picture(failed)))


def test_a_large_scan_is_drawn_in_groups_that_lose_no_attempt():
    table = denied(4_000, 3, target="10.1.{}.7:445".replace("{}", "0")).assign(
        dst_ip=[f"10.1.{i // 250}.{i % 250}" for i in range(4_000)]
    )
    points = drawn(views.scan_picture(table))
    assert points["n"].sum() == 4_000 and len(points) <= scans.MOST_MARKS
    assert "neighbours" in subtitle(views.scan_picture(table))


# -- beacons ---------------------------------------------------------------------------------------------
def intervals(chart):
    rows = drawn(chart)
    return rows[rows["wait"].notna()] if "wait" in rows else rows.head(0)


def test_each_interval_is_a_dot_and_the_median_a_line():
    chart = views.beacon_picture(answered(20, apart=300))
    assert intervals(chart)["seconds"].tolist() == [300] * 19
    assert drawn(chart)["median"].dropna().tolist() == [300]
    assert title(chart).endswith("every 5 min")


def test_a_long_pause_is_at_the_upper_edge_and_told():
    times = [*range(0, 1_200, 60), 40_000, 40_060]
    lines = [f"10.0.0.4:{40000 + i} 198.51.100.9:443 TCP O A E 3/300 4/400" for i in range(len(times))]
    chart = views.beacon_picture(conversations(times, lines))
    longest = intervals(chart).nlargest(1, "seconds").iloc[0]
    assert (longest["seconds"], longest["shown"]) == (38_860, 120)
    assert "1 longer interval, up to 10 h 47 min, at the upper edge." in subtitle(chart)


def test_hours_of_the_day_are_the_mean_of_the_days_on_which_they_lie():
    bars = drawn(views.beacon_picture(answered(48, apart=1_800))).dropna(
        subset=["mean"]
    )  # 24 hours from noon
    assert bars["mean"].tolist() == [2] * 24


def test_one_second_has_no_interval():
    assert "same second" in views.beacon_picture(answered(3, apart=0)).data["line"].iloc[0]


def test_many_intervals_are_medians_that_count_each_once():
    dots = intervals(views.beacon_picture(answered(rhythm.MOST_DOTS + 2)))
    assert dots["n"].sum() == rhythm.MOST_DOTS + 1
    assert set(dots["low"]) == set(dots["high"]) == {60}


# -- guessed passwords -----------------------------------------------------------------------------------
def guesses(*sessions):
    small = "\n".join(logged_session(f"09:{i:02}:00", f"09:{i:02}:02", 40000 + i, 1_000) for i in range(20))
    return nsgkit.conversations(flows("\n".join([small, *sessions])))


def test_the_success_is_marked_and_nothing_else():
    sessions = [logged_session("09:30:00", "10:20:00", 50000, 4_000_000)]
    chart = views.brute_force_picture(guesses(*sessions), success="2024-12-19 09:30")
    rows = drawn(chart)
    assert rows["kind"].value_counts().to_dict() == {sizes._GUESS: 20, sizes._SUCCESS: 1}
    assert rows.query("kind == 'likely success'")["bytes"].tolist() == [4_009_000]
    assert title(chart).endswith("21 connections, 1 a likely success")


def test_of_two_that_began_together_the_larger_is_the_success():
    sizes_of = {5: 900, 6: 8_000_000}
    sessions = [logged_session("09:30:00", "10:20:00", port, size) for port, size in sizes_of.items()]
    rows = drawn(views.brute_force_picture(guesses(*sessions), success="2024-12-19 09:30"))
    assert rows.query("kind == 'likely success'")["bytes"].tolist() == [8_009_000]


def test_no_success_is_no_mark():
    chart = views.brute_force_picture(guesses(logged_session("09:30:00", "10:20:00", 50000, 4_000_000)))
    assert set(drawn(chart)["kind"].dropna()) == {sizes._GUESS} and title(chart).endswith("21 connections")


def test_what_has_no_counters_is_told_apart():
    table = pd.concat([guesses(), denied(4).assign(blob="b2")], ignore_index=True)
    assert "Without counters, and not drawn: 4 denied." in subtitle(views.brute_force_picture(table))


# -- volumes ---------------------------------------------------------------------------------------------
def test_bytes_are_spread_over_the_time_of_the_connection():
    table = nsgkit.conversations(flows(logged_session("09:30:00", "11:30:00", 40000, 4_000_000)))
    bars = drawn(views.transfer_picture(table))
    assert bars["value"].tolist() == [1_000_000, 2_000_000, 1_000_000]


def test_what_went_there_stands_beside_all_else_and_the_line():
    rows = [logged_session(f"{h:02}:10:00", f"{h:02}:20:00", 40000 + h, 1_000) for h in range(20)]
    elsewhere = (
        nsgkit.conversations(flows("\n".join(rows))).astype({"dst_ip": "str"}).assign(dst_ip="192.0.2.9")
    )
    there = nsgkit.conversations(flows(logged_session("21:10:00", "21:40:00", 50000, 9_000_000), blob="b2"))
    everything = pd.concat([elsewhere, there], ignore_index=True)
    chart = views.transfer_picture(there.head(1), everything, line=5_000)
    bars = drawn(chart)
    assert bars.groupby("kind")["value"].sum().to_dict() == {
        "to 198.51.100.9": 9_000_000, volumes._ELSE: 20_000,
    }  # fmt: skip
    assert bars["high"].dropna().tolist() == [5_000]
    assert "Up to the dashed line, 5,000 bytes an hour, is usual here." in subtitle(chart)


def test_all_that_went_there_is_drawn_where_the_rows_are_the_first_of_many():
    everything = answered(50)
    assert drawn(views.transfer_picture(everything.head(5), everything))["value"].sum() == 50 * 300


def test_a_line_of_an_hour_is_not_drawn_over_days():
    times = [day * 86_400 for day in range(30)]
    lines = [f"10.0.0.4:{40000 + i} 198.51.100.9:443 TCP O A E 3/300 4/400" for i in range(30)]
    chart = views.transfer_picture(conversations(times, lines), line=5)
    assert "per day" in subtitle(chart) and "dashed" not in subtitle(chart)


def test_no_counters_no_volume():
    assert "No counter" in views.transfer_picture(denied(3)).data["line"].iloc[0]


# -- rises -----------------------------------------------------------------------------------------------
def test_the_rise_stands_beside_the_other_hours_and_what_was_expected():
    calm = conversations(range(0, 36_000, 3_600), ["10.0.0.4:5 10.0.1.9:445 TCP O D B"] * 10)
    risen = conversations([36_000 + n for n in range(90)], ["10.0.0.4:5 10.0.1.9:445 TCP O D B"] * 90)
    chart = views.rise_picture(risen, pd.concat([calm, risen.assign(blob="b2")]), expected=1.0)
    bars = drawn(chart)
    assert bars.groupby("kind")["n"].sum().to_dict() == {rises._FOUND: 90, rises._ELSE: 10}
    assert bars["high"].dropna().tolist() == [1]
    assert title(chart).endswith("90 denied attempts in 1 hour")


def test_connections_are_not_drawn_in_a_rise_of_denied_attempts():
    both = pd.concat([denied(5), answered(7).assign(blob="b2")])
    assert drawn(views.rise_picture(denied(5), both))["n"].sum() == 5


def test_of_longer_data_five_days_around_are_drawn_and_the_rest_is_told():
    far = conversations([-6 * 86_400, 6 * 86_400], ["10.0.0.4:5 10.0.1.9:445 TCP O D B"] * 2)
    chart = views.rise_picture(denied(5), pd.concat([far.assign(blob="b2"), denied(5)]))
    assert drawn(chart)["n"].sum() == 5 and "Left out: 2 of more than five days" in subtitle(chart)


# -- by its kind -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("beacon", "every 1 min"),
        ("burst", "every 1 min"),
        ("large transfer out", "bytes out"),
        ("brute force", "20 connections"),
        ("sudden rise", "20 connections in 1 hour"),
        ("horizontal scan", "port 443"),
        ("new internal edge", "port 443"),
        ("some kind of next year", "port 443"),
    ],
)
def test_each_kind_has_its_picture(kind, words):
    assert title(views.finding_picture(pd.Series({"kind": kind}), answered(20))).endswith(words)


def test_the_figures_of_a_finding_are_drawn_from_its_own_columns_and_from_all_findings_alike():
    session = guesses(logged_session("09:30:00", "10:20:00", 50000, 4_000_000))
    own = pd.Series({"kind": "brute force", "success_at": pd.Timestamp("2024-12-19T09:30Z")})
    of_all = pd.Series({"kind": "brute force", "figures": {"success_at": own["success_at"]}})
    charts = [views.finding_picture(finding, session).to_dict() for finding in (own, of_all)]
    assert charts[0] == charts[1] and "likely success" in str(charts[0]["title"])


def test_a_figure_that_is_missing_is_none():
    unknown = pd.Series({"kind": "brute force", "success_at": pd.NaT})
    assert title(views.finding_picture(unknown, answered(20))).endswith("20 connections")


def test_the_usual_line_is_that_of_the_finding_s_own_robust_z():
    """z = .6745 (log1p(line) - log1p(median)) / MAD = 3.5"""
    line = picture._usual({"median": 1_000, "mad": 0.25})
    assert 0.6745 * (np.log1p(line) - np.log1p(1_000)) / 0.25 == pytest.approx(3.5)


def test_what_is_no_finding_is_told():
    with pytest.raises(MissingColumnError, match=r"nsgkit\.detections\.findings"):
        views.finding_picture(pd.Series({"src_ip": "10.0.0.4"}), answered(2))


# -- widths and words ------------------------------------------------------------------------------------
@given(
    st.integers(0, 10**13), st.integers(0, 10**12), st.integers(2, 200),
)  # fmt: skip
def test_bins_are_never_more_than_there_is_room_for(first, length, most):
    width = fitting_width(first, first + length, most)
    assert (first + length) // width - first // width < most


def test_of_a_table_its_first_row_and_of_none_a_sentence():
    table, proof = pd.DataFrame({"kind": ["exposed port", "beacon"]}), answered(9)
    first = views.finding_picture(table, proof)
    assert first.to_dict() == views.finding_picture(table.iloc[0], proof).to_dict()
    assert "Nothing crosses the line here." in str(views.finding_picture(table.head(0), proof).to_dict())
