"""Denied attempts by purpose: each purpose and what looks like it, and every figure counted another way."""

import math
import re
from collections import Counter, defaultdict

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.detections import denied_line, denied_triage, explain
from nsgkit.detections.denied.triage import DENIED_ATTEMPTS
from tests.detections import test_every as every
from tests.examples import examples
from tests.frames import flows


def denied(times, src="192.0.2.7", to="10.0.0.4:22", way="I", port=50_000):
    """A denied attempt at each of the times (minutes of the day); each from a port of its own."""
    seconds = [round(minutes * 60) for minutes in times]
    clocks = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in seconds]
    return "\n".join(f"{at} {src}:{port + n} {to} TCP {way} D B" for n, at in enumerate(clocks))


def allowed(at, src, to, way="I", rule="UserRule_Web"):
    begun = f"{at} {src}:41000 {to} TCP {way} A"
    return f"{begun} B rule={rule}\n{begun} E 3/300 2/200 rule={rule}"


def triage(*lines, **options):
    return denied_triage(nsgkit.conversations(flows("\n".join(lines))), **options)


def only(*lines, **options):
    found = triage(*lines, **options)
    assert len(found) == 1
    return found.iloc[0]


def purposes(*lines):
    return triage(*lines)["purpose"].tolist()


# -- its form, as of every detection ---------------------------------------------------------------------
def test_its_form(stitched, internet):
    for table in (stitched, internet):
        every.of_its_form(denied_triage(table), DENIED_ATTEMPTS)


def test_the_empty_table():
    every.test_the_empty_table(DENIED_ATTEMPTS)


def test_nothing_denied():
    found = triage(allowed("09:00:00", "10.0.0.4", "10.0.0.5:443"))
    every.of_its_form(found, DENIED_ATTEMPTS)
    assert found.empty


def test_in_any_order_and_on_duckdb(stitched):
    every.test_in_any_order_of_rows(DENIED_ATTEMPTS, stitched)
    every.test_on_duckdb(DENIED_ATTEMPTS, stitched)


def test_on_version_1_and_vnet_rows(stitched, as_version_1, as_vnet):
    every.test_on_version_1(DENIED_ATTEMPTS, as_version_1)
    every.test_on_vnet_rows(DENIED_ATTEMPTS, stitched, as_vnet)


def test_a_missing_column_is_named(stitched):
    every.test_a_missing_column_is_named(DENIED_ATTEMPTS, stitched)


def test_what_proves_it(stitched):
    every.test_what_proves_it(DENIED_ATTEMPTS, stitched)


def test_it_is_explained(stitched, internet):
    every.test_it_is_explained(DENIED_ATTEMPTS, stitched, internet)


# -- purposes --------------------------------------------------------------------------------------------
def test_one_probe():
    found = only(denied([540]))
    assert found[["purpose", "attempts", "targets", "ports", "noise"]].tolist() == [
        "one probe",
        1,
        1,
        1,
        True,
    ]
    assert (found["dst_ip"], found["dst_port"], found["rate"], found["spread"]) == ("10.0.0.4", 22, 1, 1)


def test_a_few_tries_of_one_door_are_one_probe_and_two_doors_two():
    assert only(denied([540, 600, 660, 720]))["attempts"] == 4
    assert purposes(denied([540]), denied([550], to="10.0.0.4:23")) == ["one probe"] * 2


def test_a_sweep_of_500_addresses_is_one_row():
    lines = [denied([540 + n / 10], to=f"10.0.{n // 250}.{n % 250}:445") for n in range(500)]
    found = only(*lines)
    assert found[["purpose", "targets", "ports", "dst_port", "noise"]].tolist() == [
        "sweep",
        500,
        1,
        445,
        True,
    ]
    assert pd.isna(found["dst_ip"])


def test_a_sweep_of_ports():
    found = only(*(denied([540], to=f"10.0.0.4:{port}") for port in (22, 23, 3389)))
    assert (found["purpose"], found["dst_ip"], found["ports"]) == ("sweep", "10.0.0.4", 3)
    assert pd.isna(found["dst_port"])


def test_the_same_port_again_and_again_is_targeted():
    found = only(denied(range(60, 660, 60)))
    assert found[["purpose", "attempts", "noise"]].tolist() == ["targeted", 10, False]
    assert purposes(denied(range(60, 300, 60))) == ["one probe"]  # four times


def test_what_a_sweeper_tries_as_often_as_all_else_is_its_sweep():
    swept = [denied([540], to=f"10.0.0.4:{port}") for port in range(1, 20)]
    assert purposes(*swept, denied(range(60, 600, 60), to="10.0.0.4:3389")) == ["sweep"]  # 9 times the usual
    assert sorted(purposes(*swept, denied(range(60, 660, 60), to="10.0.0.4:3389"))) == ["sweep", "targeted"]


def test_tries_within_seconds_are_a_retry_storm():
    found = only(denied([540 + s / 60 for s in (0, 1, 3, 7, 15, 31, 63)]))  # as TCP waits, twice as long
    assert (found["purpose"], found["attempts"]) == ("retry storm", 7)
    assert purposes(denied([540 + n / 10 for n in range(6)])) == ["retry storm"]
    assert purposes(denied([540 + n for n in range(6)])) == ["targeted"]  # a minute apart


def test_an_inside_source_that_keeps_trying_an_inside_target():
    every_half_hour = range(540, 900, 30)
    found = only(denied(every_half_hour, src="10.0.0.9", to="10.0.0.4:5432"))
    assert (found["purpose"], found["from_inside"], found["spread"]) == ("own misconfiguration", True, 1)
    platform = only(denied(every_half_hour, src="10.0.0.9", to="168.63.129.16:80", way="O"))
    assert platform["purpose"] == "own misconfiguration"


@pytest.mark.parametrize(
    ("times", "src", "to", "way"),
    [
        (range(540, 900, 30), "192.0.2.7", "10.0.0.4:5432", "I"),  # from outside
        (range(540, 900, 30), "10.0.0.9", "198.51.100.7:5432", "O"),  # to the internet
        (range(540, 660, 10), "10.0.0.9", "10.0.0.4:5432", "I"),  # two hours
        ([0, 1, 2, 3, 240, 480], "10.0.0.9", "10.0.0.4:5432", "I"),  # in 3 of 9 hours
    ],
)
def test_what_is_no_steady_misconfiguration(times, src, to, way):
    assert only(denied(times, src, to, way))["purpose"] == "targeted"


CALL = allowed("09:00:00", "10.0.0.4", "192.0.2.7:443", way="O")
LATE = "{} 192.0.2.7:443 10.0.0.4:50123 TCP I D B"


def test_a_late_packet_of_a_connection_is_a_leftover():
    found = only(CALL, LATE.format("09:04:00"), LATE.format("2024-12-20T09:00:00"))
    assert found[["purpose", "attempts", "noise", "score"]].tolist() == ["leftover", 2, False, 0.023]


@pytest.mark.parametrize(
    "line",
    [
        LATE.format("08:59:59"),  # before the call
        LATE.format("2024-12-20T09:00:01"),  # a day after it
        "09:04:00 192.0.2.8:443 10.0.0.4:50123 TCP I D B",  # from another address
        "09:04:00 192.0.2.7:80 10.0.0.4:50123 TCP I D B",  # from another port
        "09:04:00 192.0.2.7:443 10.0.0.5:50123 TCP I D B",  # to another machine
        "09:04:00 192.0.2.7:443 10.0.0.4:22 TCP I D B",  # to a service
    ],
)
def test_what_is_no_leftover(line):
    assert only(CALL, line)["purpose"] == "one probe"


# -- allowances ------------------------------------------------------------------------------------------
def test_denied_and_then_allowed_at_the_same_port():
    found = only(denied([540]), allowed("10:00:00", "192.0.2.7", "10.0.0.4:22", rule="UserRule_Temp"))
    assert found["changed"] == "denied by UserRule_Web, then allowed by UserRule_Temp"
    assert (found["allowed_to"], found["later"], found["noise"]) == ("10.0.0.4:22", True, False)
    assert str(found["allowed_first"]) == str(found["allowed_last"]) == "2024-12-19 10:00:00+00:00"
    assert found["score"] == 0.7


def test_allowed_and_then_denied():
    found = only(allowed("08:00:00", "192.0.2.7", "10.0.0.4:22", rule="UserRule_Temp"), denied([540]))
    assert found["changed"] == "allowed by UserRule_Temp, then denied by UserRule_Web"
    assert (found["later"], found["score"]) == (False, 0.1)


@pytest.mark.parametrize(("sources", "noise"), [(19, False), (20, True)])
def test_whoever_sweeps_finds_the_public_web_server(sources, noise):
    """The source itself and so many others less one were allowed there: it is public from 20 on."""
    web = [allowed(f"08:{n:02}:00", f"192.0.2.{n}", "10.0.0.6:443") for n in range(7, 7 + sources)]
    found = only(*web, denied([540]))
    assert (found["ever_allowed"], found["let_in"], found["noise"]) == (True, not noise, noise)


def test_a_known_scanner_is_named_and_ranked_as_any_other():
    mine = only(denied([540], "162.142.125.10"))
    assert mine["scanner"] == "Censys" and "which Censys publishes to scan from" in explain(mine)
    assert mine["score"] == only(denied([540], "192.0.2.7"))["score"]


def test_allowed_denied_and_allowed_again():
    first = allowed("08:00:00", "192.0.2.7", "10.0.0.4:22", rule="UserRule_Old")
    found = only(first, denied([540]), allowed("10:00:00", "192.0.2.7", "10.0.0.4:22", rule="UserRule_New"))
    assert found["changed"] == "denied by UserRule_Web, then allowed by UserRule_New"
    assert found["later"] and str(found["allowed_first"])[11:16] == "08:00"


def test_allowed_elsewhere():
    web = [allowed(f"08:0{n}:00", "192.0.2.7", f"10.0.0.{host}:443") for n, host in enumerate((5, 6, 6))]
    found = only(*web, denied([540]))
    assert (found["ever_allowed"], found["allowed_to"], found["noise"]) == (True, "10.0.0.6:443", False)
    assert found["let_in"] and pd.isna(found["changed"])
    assert (str(found["allowed_first"])[11:16], str(found["allowed_last"])[11:16]) == ("08:01", "08:02")


def test_what_its_own_nic_let_out_was_not_allowed():
    ends = "10.0.0.9:50000 10.0.0.4:22"
    found = only(f"09:00:00 {ends} TCP O A B mac=00AA00000009", f"09:00:02 {ends} TCP I D B")
    assert not found["ever_allowed"]
    assert pd.isna(found["changed"])


def test_an_ipv6_place():
    line = allowed("08:00:00", "2001:db8::7", "fc00::5:443")
    assert only(line, denied([540], src="2001:db8::7", to="fc00::4:22"))["allowed_to"] == "[fc00::5]:443"


# -- order -----------------------------------------------------------------------------------------------
def test_what_needs_a_look_stands_first():
    found = triage(
        denied([500], src="192.0.2.1"),
        *(denied([500], src="192.0.2.2", to=f"10.0.0.4:{port}") for port in (1, 2, 3)),
        denied(range(60, 600, 60), src="192.0.2.3"),
        denied([500], src="192.0.2.4"),
        allowed("10:00:00", "192.0.2.4", "10.0.0.4:22"),
        denied([500], src="10.0.0.9"),
    )
    assert found["src_ip"].tolist() == ["10.0.0.9", "192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"]


def test_the_score_by_hand(stitched):
    for row in denied_triage(stitched).itertuples():
        floor = (
            0 if row.purpose == "leftover" else 0.8 if row.from_inside else 0.6 if row.later
            else {"sweep": 0.2, "one probe": 0}.get(row.purpose, 0.4)
        )  # fmt: skip
        size = math.log10(row.attempts)
        bonus = 0.1 if row.ever_allowed and row.purpose != "leftover" else 0
        assert row.score == pytest.approx(floor + bonus + 0.1 * size / (1 + size), abs=6e-4)


# -- the samples, and a network with 5,000 outsiders, counted another way ---------------------------------
def plain(table):
    counted = table[~table["folded"]]
    return counted[counted["decision"] == "denied"], counted[counted["decision"] == "allowed"]


@pytest.mark.parametrize("name", ["stitched", "internet"])
def test_every_denied_attempt_is_in_one_row(name, request):
    table = request.getfixturevalue(name)
    rows, _ = plain(table)
    found = denied_triage(table)
    proved = [place for places in found["rows"] for place in places]
    assert found["attempts"].tolist() == found["rows"].map(len).tolist()
    assert sorted(proved) == sorted(zip(rows["blob"], rows["record"], rows["tuple"], strict=True))


@pytest.mark.parametrize("name", ["stitched", "internet"])
def test_no_two_rows_are_the_same_to_a_verdict(name, request):
    found = denied_triage(request.getfixturevalue(name))
    assert not found.duplicated(["src_ip", "dst_ip", "dst_port", "purpose"]).any()


ATTEMPTS = st.lists(
    st.tuples(
        st.integers(0, 86_399).map(lambda second: second / 60),
        st.sampled_from(["192.0.2.7", "192.0.2.8", "10.0.0.9"]),
        st.sampled_from(["10.0.0.4:22", "10.0.0.4:23", "10.0.0.5:22", "10.0.0.6:50001"]),
        st.sampled_from([443, 50_000]),
    ),
    min_size=1,
    max_size=40,
)


@examples(20)
@given(ATTEMPTS)
def test_whatever_was_denied_is_in_one_row_in_any_order(tried):
    lines = [denied([minute], src, to, port=port) for minute, src, to, port in tried]
    table = nsgkit.conversations(flows("\n".join([CALL, *lines])))
    found = denied_triage(table)
    places = [place for row in found["rows"] for place in row]
    rows, _ = plain(table)
    assert sorted(places) == sorted(zip(rows["blob"], rows["record"], rows["tuple"], strict=True))
    assert not found.duplicated(["src_ip", "dst_ip", "dst_port", "purpose"]).any()
    every.same(denied_triage(table.sample(frac=1, random_state=1)), found)


@pytest.mark.parametrize("name", ["stitched", "internet"])
def test_the_figures_of_each_row_by_a_plain_loop(name, request):
    table = request.getfixturevalue(name)
    rows, let_in = plain(table)
    attempts = {(r.blob, r.record, r.tuple): r for r in rows.itertuples()}
    ever = set(let_in["src_ip"])  # no row here was let out by one NIC and denied by another
    door = ["dst_ip", "dst_port", "protocol"]
    outside = nsgkit.enrich.own_networks(table).is_outside(let_in["src_ip"])
    sources = let_in[outside].groupby(door, observed=True)["src_ip"].nunique()
    private = ~pd.MultiIndex.from_frame(let_in[door]).isin(sources[sources >= 20].index)
    beyond = set(let_in.loc[private, "src_ip"])
    for row in denied_triage(table).itertuples():
        mine = [attempts[place] for place in row.rows]
        times = [r.first.timestamp() for r in mine]
        hours = {int(time // 3600) for time in times}
        assert {r.src_ip for r in mine} == {row.src_ip}
        assert row.targets == len({r.dst_ip for r in mine}) and row.ports == len({r.dst_port for r in mine})
        assert row.rate == pytest.approx(len(mine) / max(1, (max(times) - min(times)) / 3600))
        assert row.spread == pytest.approx(len(hours) / (max(hours) - min(hours) + 1))
        rules = Counter(r.rule for r in mine)
        assert rules[row.rule] == max(rules.values())
        assert row.ever_allowed == (row.src_ip in ever)
        inside = row.src_ip.startswith("10.")
        assert row.from_inside == inside
        assert row.let_in == (row.src_ip in beyond or row.later)
        noise = not inside and not row.let_in and row.purpose in ("one probe", "sweep")
        assert row.noise == noise


@pytest.mark.parametrize("name", ["stitched", "internet"])
def test_denied_and_later_allowed_as_the_other_analysis_says(name, request):
    table = request.getfixturevalue(name)
    found = denied_triage(table)
    other = nsgkit.analyses.denied_then_allowed(table, top=None)
    assert set(found.loc[found["later"], "src_ip"]) == set(other["src_ip"])
    one, same = found[found["later"]].iloc[0], other.iloc[0]
    assert one["changed"] == f"denied by {same['denied_by']}, then allowed by {same['allowed_by']}"
    assert one["allowed_first"] == same["first_allowed_after"]


def test_leftovers_of_the_samples_are_the_late_answers_after_a_call(logs, stitched):
    rows, let_in = plain(stitched)
    called = defaultdict(list)
    for call in let_in.itertuples():
        called[call.dst_ip, call.dst_port, call.src_ip].append((call.first, call.last))
    late = rows[(rows["src_port"] < 1024) & (rows["dst_port"] >= 1024)]
    known = {
        (row.blob, row.record, row.tuple)
        for row in late.itertuples()
        for first, last in called[row.src_ip, row.src_port, row.dst_ip]
        if first <= row.first <= last + pd.Timedelta("1D")
    }
    found = denied_triage(stitched)
    assert set(found.loc[found["purpose"] == "leftover", "rows"].explode()) == known
    answers = nsgkit.analyses.late_answers(logs)
    assert len(known) == answers["denied"].sum() - 1  # one came before the first call


def test_the_planted_ones_stand_first(stitched, truth, internet):
    found = denied_triage(stitched)
    outside = found[~found["from_inside"]].iloc[0]
    planted = truth["denied-ssh"]["entities"]
    assert [outside["src_ip"], outside["purpose"]] == [planted["src_ip"][0], "targeted"]
    assert (
        found.loc[found["src_ip"] == truth["vertical-scan"]["entities"]["src_ip"][0], "purpose"].item()
        == "sweep"
    )
    assert denied_triage(internet)["src_ip"][0] == "198.19.255.66"


# -- the line --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["stitched", "internet"])
def test_the_line_counted_another_way(name, request):
    table = request.getfixturevalue(name)
    rows, _ = plain(table)
    found = denied_triage(table)
    said = denied_line(found)
    noise = sum(r.attempts for r in found.itertuples() if r.noise)
    assert said.startswith(f"{len(rows):,} denied attempts from {rows['src_ip'].nunique():,} sources")
    digits = 0 if name == "stitched" else 1  # all but 40 of them, which must not read 100%
    assert f"internet noise: {noise:,} ({noise / len(rows):.{digits}%})" in said
    left, *parts = map(int, re.findall(r"\d+", said.partition("To look at: ")[2]))
    assert left == sum(parts) == sum(not r.noise and r.purpose != "leftover" for r in found.itertuples())


def test_the_line_of_nothing():
    found = triage(allowed("09:00:00", "10.0.0.4", "10.0.0.5:443"))
    assert denied_line(found) == "Nothing was denied."
    assert denied_line(triage(denied([540]))).endswith("To look at: nothing")
