"""Pictures of findings: what the specification says is what proves the finding."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit import palette, schema, views
from nsgkit.errors import MissingColumnError
from nsgkit.views.findings import attempts, parts, rhythm, scans, sizes, volumes
from tests.frames import flows

PICTURES = [
    views.attempts_picture, views.beacon_picture, views.brute_force_picture, views.scan_picture,
    views.transfer_picture,
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


def test_the_one_that_is_larger_and_longer_is_marked():
    chart = views.brute_force_picture(guesses(logged_session("09:30:00", "10:20:00", 50000, 4_000_000)))
    assert drawn(chart)["kind"].value_counts().to_dict() == {sizes._ALIKE: 20, sizes._SUCCESS: 1}
    assert title(chart).endswith("21 connections, 1 much larger and longer")


@pytest.mark.parametrize("end", ["09:31:00", "09:30:59"])
def test_a_minute_or_less_is_not_marked(end):
    chart = views.brute_force_picture(guesses(logged_session("09:30:00", end, 50000, 4_000_000)))
    assert title(chart).endswith("all alike")


def test_what_has_no_counters_is_told_apart():
    table = pd.concat([guesses(), denied(4).assign(blob="b2")], ignore_index=True)
    assert "Without counters, and not drawn: 4 denied." in subtitle(views.brute_force_picture(table))


# -- volumes ---------------------------------------------------------------------------------------------
def test_bytes_are_spread_over_the_time_of_the_connection():
    table = nsgkit.conversations(flows(logged_session("09:30:00", "11:30:00", 40000, 4_000_000)))
    bars = drawn(views.transfer_picture(table))
    assert bars["value"].tolist() == [1_000_000, 2_000_000, 1_000_000]


def test_what_proves_it_stands_beside_all_else_and_its_usual_line():
    rows = [logged_session(f"{h:02}:10:00", f"{h:02}:20:00", 40000 + h, 1_000 + h) for h in range(20)]
    everything = nsgkit.conversations(
        flows("\n".join([*rows, logged_session("21:10:00", "21:40:00", 50000, 9_000_000)]))
    )
    found = everything[everything["src_port"] == 50000]
    chart = views.transfer_picture(found, everything)
    bars = drawn(chart)
    sums = bars.groupby("kind")["value"].sum().to_dict()
    assert sums == {volumes._FOUND: 9_000_000, volumes._ELSE: sum(1_000 + h for h in range(20))}
    assert "3.5 robust deviations" in subtitle(chart)
    assert 1_000 < bars["high"].dropna().item() < 3_000


def test_no_counters_no_volume():
    assert "No counter" in views.transfer_picture(denied(3)).data["line"].iloc[0]


# -- by its kind -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("beacon", "every 1 min"),
        ("burst", "every 1 min"),
        ("large transfer", "bytes out"),
        ("brute force", "all alike"),
        ("new edge", "port 443"),
        ("some kind of next year", "port 443"),
    ],
)
def test_each_kind_has_its_picture(kind, words):
    assert title(views.finding_picture(kind, answered(20))).endswith(words)


# -- widths and words ------------------------------------------------------------------------------------
@given(
    st.integers(0, 10**13), st.integers(0, 10**12), st.integers(2, 200),
)  # fmt: skip
def test_bins_are_never_more_than_there_is_room_for(first, length, most):
    width = parts.fitting_width(first, first + length, most)
    assert (first + length) // width - first // width < most
