"""The traffic is as traffic is: what is planted is strong enough to be found, and the counters add up."""

import pandas as pd

from tests.sample.reader import planted, read

FIVE_MINUTES = pd.Timedelta("5min")
ADMIN_PORTS = [22, 135, 139, 445, 1433, 3389, 5985, 5986]
OWN = ("10.", "192.168.", "2001:db8:30:", "168.63.129.16")
CONNECTION = ["mac", "src_ip", "dst_ip", "src_port", "dst_port", "protocol"]


def ended():
    """Return every connection that has a begin and an end, with its begin, end and sums."""
    table, _ = read()
    kept = table[(table["decision"] == "allowed") & (table["version"] != 1)]
    one = kept.groupby(CONNECTION).agg(
        begin=("time", "min"), end=("time", "max"), states=("state", "".join), bytes=("bytes", "sum"),
        packets=("packets", "sum"), packets_back=("packets_back", "sum"), bytes_back=("bytes_back", "sum"),
    )  # fmt: skip
    return one[one["states"].str.fullmatch("BC*E")].reset_index()


def test_the_vertical_scan_is_denied_on_enough_ports():
    rows = planted("vertical-scan")
    assert set(rows["decision"]) == {"denied"}
    assert rows["dst_port"].nunique() >= 15
    assert rows["time"].max() - rows["time"].min() <= FIVE_MINUTES


def test_the_horizontal_scan_fails_at_enough_machines():
    rows = planted("horizontal-scan")
    silent = rows[(rows["state"] == "E") & (rows["packets_back"] == 0)]
    assert silent["dst_ip"].nunique() >= 25
    assert rows["time"].max() - rows["time"].min() <= FIVE_MINUTES


def test_the_guesses_are_many_small_and_alike():
    rows = planted("ssh-brute-force")
    ends = rows[rows["state"] == "E"]
    assert len(ends) >= 15
    assert 9 <= ends["packets"].mean() <= 30
    assert 9 <= (ends["packets"] + ends["packets_back"]).mean() <= 30


def test_one_guess_was_right():
    guesses, inside = planted("ssh-brute-force"), planted("ssh-success")
    assert inside["bytes"].sum() > 5 * guesses["bytes"].median()
    assert inside["time"].max() - inside["time"].min() > pd.Timedelta("1min")


def test_it_was_denied_before_it_was_allowed():
    denied, allowed = planted("denied-ssh"), planted("ssh-brute-force")
    assert len(denied) >= 5
    assert denied["time"].max() < allowed["time"].min()
    assert allowed["time"].max() - denied["time"].max() < pd.Timedelta("24h")


def test_new_connections_under_the_opened_rule_come_within_its_hour():
    rows = planted("rule-opened")
    begins = rows.loc[rows["state"] == "B", "time"]
    assert begins.min() >= pd.Timestamp("2024-12-18T08:05Z")
    assert begins.max() < pd.Timestamp("2024-12-18T09:05Z")


def test_lateral_movement_is_seen_at_both_ends_and_new_there():
    table, _ = read()
    baseline = table["time"].min() + 0.7 * (table["time"].max() - table["time"].min())
    for name in ("lateral-to-files", "lateral-to-desk", "collection", "remote-command"):
        rows = planted(name)
        assert set(rows["direction"]) == {"I", "O"}
        assert rows["dst_port"].isin(ADMIN_PORTS).all()
        edge = (
            table[["src_ip", "dst_ip", "dst_port"]] == rows.iloc[0][["src_ip", "dst_ip", "dst_port"]]
        ).all(axis=1)
        assert table.loc[edge, "time"].min() > baseline


def test_the_beacon_keeps_its_time_with_jitter():
    begins = planted("beacon").query("state == 'B'")["time"].sort_values()
    gaps = begins.diff().dropna().dt.total_seconds()
    assert gaps.between(60, 600).all()
    assert gaps.std() > 20
    assert begins.max() - begins.min() > pd.Timedelta("24h")


def test_the_upload_stands_out_from_all_that_leaves_the_company():
    table, _ = read()
    leaves = table[table["src_ip"].str.startswith(OWN) & ~table["dst_ip"].str.startswith(OWN)]
    out = leaves.groupby(["src_ip", leaves["time"].dt.date])[["bytes", "bytes_back"]].sum()
    size = (out["bytes"].astype(float) + 1).map(lambda n: len(bin(int(n))))  # powers of two are near enough
    z = 0.6745 * (size - size.median()) / (size - size.median()).abs().median()
    found = out[(z > 3.5) & (out["bytes"] > 50e6) & (out["bytes"] > 10 * out["bytes_back"])]
    assert [source for source, _ in found.index] == ["10.30.1.5"]


def test_the_backup_download_goes_the_other_way():
    rows = planted("backup-download")
    assert rows["bytes_back"].sum() > 50 * rows["bytes"].sum()


def test_the_company_scans_itself_as_hard_as_any_attacker():
    rows = planted("vulnerability-scanner")
    assert rows.groupby("dst_ip")["dst_port"].nunique().min() >= 15


def test_one_connection_lasts_longer_than_a_day():
    rows = planted("day-long-connection")
    assert "".join(rows.sort_values("time")["state"]).count("C") == len(rows) - 2
    assert rows["time"].max() - rows["time"].min() > pd.Timedelta("24h")


def test_monitoring_comes_every_minute():
    begins = planted("monitoring-every-minute").query("state == 'B'")["time"].sort_values()
    assert begins.diff().dropna().dt.total_seconds().between(58, 62).all()


def test_a_running_connection_is_logged_every_five_minutes():
    table, _ = read()
    one = table[table["state"].isin(["B", "C"])].sort_values("time", kind="stable")
    steps = one.groupby(CONNECTION)["time"].diff().where(one["state"] == "C").dropna().dt.total_seconds()
    regular = steps.between(299, 301)
    assert len(steps) > 5_000
    assert (~regular).sum() <= 5  # across WEB2's missing hours


def test_begins_and_denials_count_nothing():
    table, _ = read()
    rows = table[(table["state"] == "B") | (table["decision"] == "denied")]
    assert rows[["packets", "bytes"]].fillna(0).to_numpy().sum() == 0


def test_bytes_fit_their_packets():
    table, _ = read()
    for packets, size in (("packets", "bytes"), ("packets_back", "bytes_back")):
        assert (table[size].dropna() >= 40 * table[packets].dropna()).all()
        assert (table[size].dropna() <= 1500 * table[packets].dropna()).all()


def test_both_ends_of_a_connection_count_the_same():
    ends = ended()
    ends["protocol"] = ends["protocol"].replace({"6": "T", "17": "U"})
    both = ends.groupby(CONNECTION[1:]).agg(
        nics=("mac", "nunique"), sums=("bytes", "nunique"), back=("bytes_back", "nunique")
    )
    seen_twice = both[both["nics"] == 2]
    assert len(seen_twice) > 500
    assert (seen_twice[["sums", "back"]] == 1).all().all()


def test_the_demo_machines_own_rule_neither_ends_nor_counts():
    table, _ = read()
    rows = table[table["rule"] == "UserRule_Allow-HTTP-Demo"]
    assert set(rows["state"]) == {"B"}
    assert rows["bytes"].isna().all()
    assert len(rows) > 100


def test_the_shop_has_a_day_and_a_night():
    table, _ = read()
    visits = table[(table["rule"] == "UserRule_Allow-HTTPS") & (table["state"] == "B")]
    visits = visits[visits["src_ip"] != "192.0.2.200"]
    by_hour = visits.groupby(visits["time"].dt.hour).size()
    assert by_hour[[12, 19, 20]].min() > 10 * by_hour[[2, 3, 4]].max()


def test_the_vnet_log_has_ipv6_encryption_and_more_than_two_protocols():
    table, _ = read()
    vnet = table[table["version"] == 4]
    assert vnet["src_ip"].str.contains(":").any()
    assert set(vnet["protocol"]) == {"6", "17", "50"}
