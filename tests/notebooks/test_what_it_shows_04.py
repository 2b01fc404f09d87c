"""Notebook 04: each figure under What it shows in the samples, and in the answer, counted another way."""

import json
from pathlib import Path

import nbformat
import pytest

import nsgkit
from tests.reference import ROOT

CELLS = nbformat.read(ROOT / "notebooks" / "04-traffic-distribution.ipynb", 4).cells
SAID = {cell.id: cell.source for cell in CELLS if cell.source.startswith("<details>")}
TRUTH = {
    fact["id"]: fact for fact in json.loads((ROOT / "data/samples/truth.json").read_text("utf-8"))["facts"]
}
TEXTS = ["src_ip", "dst_ip", "mac", "decision", "direction", "state", "protocol", "rule", "acl", "resource"]
BYTES = ["bytes_src_to_dst", "bytes_dst_to_src"]
INSIDE = ("10.", "192.168.", "2001:db8:30:")
GUESSER, JUMP, FILES, DATABASE, DESK = "203.0.113.199", "10.20.0.4", "10.30.1.5", "10.30.1.4", "10.20.3.4"
SCANNER, THIEF, HOME = "192.168.40.20", "198.51.100.240", "203.0.113.222"


@pytest.fixture(scope="module")
def flows(logs):
    return logs.flows.assign(**{name: logs.flows[name].astype("object") for name in TEXTS})


@pytest.fixture(scope="module")
def made(logs):
    made = nsgkit.conversations(logs)
    return made.assign(**{name: made[name].astype("object") for name in TEXTS})


@pytest.fixture(scope="module")
def counted(made):
    """The connections, each once: allowed, begun in these logs, and not a second view."""
    return made[(made["decision"] == "allowed") & (made["state"] != "orphan") & ~made["folded"]]


@pytest.fixture(scope="module")
def denied(flows):
    return flows[flows["decision"] == "denied"]


@pytest.fixture(scope="module")
def came_in(counted):
    """What was allowed in from the internet, by the prefixes of the company and of the platform."""
    outside = ~counted["src_ip"].str.startswith((*INSIDE, "168.63."))
    return counted[outside & (counted["direction"] == "inbound")]


def test_every_part_that_is_folded_is_tested():
    source = Path(__file__).read_text("utf-8")
    assert not [name for name in SAID if f'SAID["{name}"]' not in source]


def test_every_picture_has_what_it_shows():
    """Between a picture and the next cell of code there is a folded cell."""
    kinds = ["x" if c.id in SAID else "p" if "views." in c.source else c.cell_type[0] for c in CELLS[5:]]
    parts = "".join(kinds).replace("m", "").split("p")[1:]
    assert len(parts) == 8
    assert all(part.startswith("x") for part in parts)


def test_coverage(logs):
    said, blobs = SAID["coverage-shows"], logs.blobs
    web = blobs.loc[blobs["mac"] == "000D3AB1A115", "hour"]
    there = set(web.dt.strftime("%d %H"))
    assert {"18 14", "18 15"} == {f"{d} {h:02}" for d in (18, 19) for h in range(24)} - there
    assert "`000D3AB1A115`" in said and "no blob from 14:00 to 16:00 on 18 December" in said
    demo = blobs.loc[blobs["resource"].str.endswith("DEMOVM-NSG"), "hour"].min()
    assert f"{demo:%d %H:%M}" == "19 09:00" and "only from 09:00 of the second day on" in said


def test_three_facts(flows, denied, came_in):
    said = SAID["summary-shows"]
    assert sorted(came_in["dst_port"].unique()) == [22, 80, 443]
    inside = denied["src_ip"].str.startswith(INSIDE)
    assert f"{(~inside).sum():,} denied attempts came from outside, but {inside.sum()} came from" in said
    upload = flows[flows["dst_ip"] == THIEF]
    assert f"of {upload['bytes_src_to_dst'].sum():,} bytes, went from the file server `{FILES}`" in said
    assert set(upload["src_ip"]) == {FILES} and THIEF not in set(flows["src_ip"])


def test_without_state(flows, logs):
    said = SAID["twice-shows"]
    demo = flows[(flows["rule"] == "UserRule_Allow-HTTP-Demo")]
    assert demo[BYTES].isna().all(axis=None) and set(demo["state"]) == {"begin"}
    assert f"the size of its {len(demo)} connections is unknown" in said
    assert logs.blobs.groupby("mac", observed=True)["family"].nunique().max() == 1


def test_naive_counts(flows, made, counted):
    said = SAID["naive-shows"]
    rows = (flows["decision"] == "allowed").sum() / len(counted)
    once = made.loc[~made["folded"], BYTES].sum().sum()
    assert f"{rows:.1f} times as many connections" in said
    assert f"{flows[BYTES].sum().sum() / once:.1f} times the real ones" in said
    silent = counted[counted["bytes_dst_to_src"].eq(0) & counted["bytes_src_to_dst"].gt(0)]
    assert f"{len(silent)} connections were let through and not answered" in said
    assert f"{(silent['src_ip'] == SCANNER).sum()} of them come from one address, `{SCANNER}`" in said


def test_the_two_hours_that_stand_out(counted, flows):
    said = SAID["hours-shows"]
    hours = counted["first"].dt.strftime("%d %H").value_counts()
    least = min(n for hour, n in hours.items() if 8 <= int(hour[3:]) < 22)
    most = max(n for hour, n in hours.items() if int(hour[3:]) < 6)
    assert f"at least {least} connections begin in each hour from 08:00 to 22:00" in said
    assert f"at most {most} in each hour from midnight to 06:00" in said
    assert hours.nlargest(2).index.tolist() == ["18 20", "19 10"]
    evening = counted[counted["first"].dt.strftime("%d %H") == "18 20"]
    assert f"{(evening['src_ip'] == SCANNER).mean():.0%} of the connections come from `{SCANNER}`" in said
    search = flows[(flows["src_ip"] == JUMP) & (flows["dst_port"] == 445)]
    search = search[search["time"].dt.strftime("%d %H:%M") < "19 10:30"]
    assert f"{search['dst_ip'].nunique()} addresses are called on port 445 by one machine, `{JUMP}`" in said
    begun = search.loc[search["state"] == "begin", "time"]
    assert (begun.max() - begun.min()).total_seconds() < 240 and begun.min().strftime("%d %H") == "19 10"


@pytest.mark.parametrize("day", [18, 19])
def test_the_habits_of_the_night(flows, day):
    """Each is counted at one end, the file server's, and lies in one hour: so no bytes are spread."""
    said = SAID["volume-shows"]
    night = flows[(flows["mac"] == "0022489C3105") & (flows["time"].dt.day == day)]
    wanted = [(1, "src_ip", DATABASE), (2, "dst_ip", "2001:db8:f0::220"), (3, "src_ip", "192.168.40.10")]
    sizes = []
    for hour, column, address in wanted:
        mine = night[night[column] == address]
        assert set(mine["time"].dt.hour) == {hour}
        sizes.append(f"{mine[BYTES].sum().sum() / 1e9:.1f} GB")
    assert sizes[0] == sizes[2] == "0.9 GB"
    assert said.count("(0.9 GB each night)") == 2 and "(2.2 GB, then 2.0 GB)" in said
    assert sizes[1] == ("2.2 GB" if day == 18 else "2.0 GB")


@pytest.mark.parametrize(
    ("fact", "way", "sentence"),
    [
        ("collection", 1, "From {first} to {last} the workstation `10.20.3.4` gets {size} GB from"),
        ("staging", 0, "From {first} to {last} it writes {size} GB to the file server"),
        ("upload", 0, "From {first} to {last} the file server sends {size} GB to `198.51.100.240`"),
    ],
)
def test_what_came_once(flows, fact, way, sentence):
    fact = TRUTH[fact]
    mine = flows
    for column, values in fact["entities"].items():
        mine = mine[mine[column].astype(str).isin([str(value) for value in values])]
    mine = mine[mine["mac"] == mine["mac"].iloc[0]]
    size = f"{mine[BYTES[way]].sum() / 1e9:.1f}"
    told = sentence.format(first=fact["first"][11:16], last=fact["last"][11:16], size=size)
    assert told in SAID["volume-shows"]
    assert {fact["first"][8:10], fact["last"][8:10]} == {"19"}


def test_the_jump_hosts_row(counted):
    said = SAID["matrix-shows"]
    source, target = (counted[end].str.rsplit(".", n=1).str[0] for end in ("src_ip", "dst_ip"))
    web = (target == "10.20.1") & ~counted["src_ip"].str.startswith((*INSIDE, "168.63."))
    assert f"({web.mean():.0%}) go from the internet to `10.20.1.0/24`" in said
    jump = counted[(source == "10.20.0") & (target == "10.30.1")]
    silent = jump["bytes_dst_to_src"].eq(0).sum()
    assert f"{len(jump)} times, and {silent} of these calls were not answered" in said
    office = counted[(source == "10.20.0") & (target == "10.20.3")]
    assert len(office) == 1 and "It called `10.20.3.0/24`, the office, once" in said
    assert set(jump["first"].dt.day) | set(office["first"].dt.day) == {19}


def test_the_pairs(made, counted):
    said, once = SAID["pairs-shows"], made[~made["folded"]]
    sums = once.groupby(["src_ip", "dst_ip"])[BYTES].sum()
    largest = sums.loc[sums.sum(axis=1).nlargest(15).index]
    (source, target), (out, back) = largest.index[0], largest.iloc[0]
    assert out < back and f"`{source}`, got {back / 1e9:.1f} GB of backup from `{target}`" in said
    sent = largest[largest[BYTES[0]] > largest[BYTES[1]]]
    outward = [pair for pair in sent.index if not pair[1].startswith(INSIDE)]
    assert outward == [(FILES, THIEF)]
    assert f"`{FILES}` to `{THIEF}`, {sent.loc[outward[0], BYTES[0]] / 1e9:.1f} GB" in said
    desk = counted[(counted["src_ip"] == DESK) & (counted["dst_ip"] == DATABASE)]
    came = f"{desk[BYTES[1]].sum() / 1e9:.1f} GB came back in {len(desk)} connection;"
    assert f"`{DESK}` to the database `{DATABASE}`, {came}" in said
    web = counted["src_ip"].isin(["10.20.1.4", "10.20.1.5"]) & (counted["dst_ip"] == DATABASE)
    assert f"the web servers needed {web.sum()} for theirs" in said


def test_the_contractors_rule(flows, made):
    said = SAID["rules-shows"]
    each_view = made[(made["decision"] == "allowed") & (made["state"] != "orphan")]
    assert f"is half of it ({(each_view['rule'] == 'UserRule_Allow-HTTPS').mean():.0%})" in said
    rule = flows[flows["rule"] == "UserRule_Temp-SSH-Contractor"]
    begun = rule[(rule["decision"] == "allowed") & (rule["state"] == "begin")]["time"]
    stopped = rule[rule["decision"] == "denied"]["time"]
    assert f"let {len(begun)} connections in, which all began from {begun.min():%H:%M} to" in said
    assert f"to {begun.max():%H:%M} on 18 December. From {stopped.min():%H:%M} on it denied" in said
    assert f"it denied {len(stopped)} attempts" in said


def test_the_denials(denied):
    said = SAID["denials-shows"]
    demo = denied["acl"].str.endswith("DEMOVM-NSG")
    assert f"({demo.mean():.0%}) were stopped by `DEMOVM-NSG`" in said
    assert denied.loc[demo, "dst_ip"].nunique() == 1
    assert denied.loc[demo, "time"].dt.floor("h").nunique() == 15
    mail = denied[denied["rule"] == "UserRule_Deny-SMTP-Out"]
    assert f"stopped {len(mail)} attempts" in said and set(mail["src_ip"]) == {DESK, "10.20.3.5"}
    assert set(mail["dst_port"]) == {25} and not mail["dst_ip"].str.startswith(INSIDE).any()
    assert len(mail) == denied["rule"].groupby([denied["acl"], denied["rule"]]).size().min()


def test_port_22(came_in):
    ssh = came_in[came_in["dst_port"] == 22]
    first = ssh["first"]
    said = f"{ssh['src_ip'].nunique()} addresses reached it, and all of their connections began from"
    assert f"{said} {first.min():%H:%M} to {first.max():%H:%M} on {first.min():%d} D" in SAID["open-shows"]


def test_the_guesses(flows, made):
    said = SAID["sizes-shows"]
    mine = made[(made["src_ip"] == GUESSER) & (made["decision"] == "allowed")]
    sizes = mine[BYTES].sum(axis=1)
    assert f"`{GUESSER}` made {len(sizes)} connections to port 22" in said
    assert f"at most {sizes.median():,.0f} bytes, and one has {sizes.max():,}" in said
    assert f"So {(sizes < 10_000).sum()} look like guesses that failed" in said
    right = mine.loc[sizes.idxmax()]
    assert right["first"] == mine["first"].max()
    assert f"went on for {(right['last'] - right['first']).total_seconds() // 60:.0f} minutes" in said
    contractor = flows[flows["src_ip"] == "192.0.2.191"]
    assert (contractor["state"] == "begin").sum() == 1
    assert f"came once, with {contractor[BYTES].sum().sum():,} bytes" in said


def test_who_reached_what(came_in):
    said = SAID["open-who-shows"]
    n = came_in.groupby(["dst_ip", "dst_port"])["src_ip"].nunique()
    web = f"{n['10.20.1.4', 443]} and {n['10.20.1.5', 443]} addresses on port 443"
    assert f"`10.20.1.4` and `10.20.1.5` were reached by {web}" in said
    assert n.idxmin() == (JUMP, 22) and f"{n.min()} addresses reached `{JUMP}`" in said


def test_the_most_called(flows):
    said = SAID["hot-shows"]
    callers = flows.groupby("dst_ip")["src_ip"].nunique().nlargest(6)
    assert set(callers.index[:4]) == {"10.20.1.4", "10.20.1.5", "10.0.0.4", JUMP}
    assert callers.index.tolist()[4:] == [DESK, "10.20.3.5"]
    assert f"with {callers.iloc[4]} and {callers.iloc[5]} callers" in said
    late = flows[(flows["direction"] == "inbound") & (flows["src_port"] == 443)]
    assert set(late["decision"]) == {"denied"}
    of_them = late.groupby("dst_ip")["src_ip"].nunique()
    assert f"{of_them[DESK]} and {of_them['10.20.3.5']} of these are late answers" in said


def test_the_busiest_minute(flows):
    said = SAID["heavy-shows"]
    minutes = flows.groupby(["mac", flows["time"].dt.floor("min")]).size()
    mac, minute = minutes.idxmax()
    assert f"`{mac}`, writes {minutes[mac].mean():.1f} rows a minute" in said
    assert f"wrote {minutes.max()} in one minute: at {minute:%H:%M} on {minute:%d} December" in said
    busy = flows[(flows["mac"] == mac) & (flows["time"].dt.floor("min") == minute)]
    assert (busy["src_ip"] == SCANNER).mean() > 0.9


def test_what_is_new_from_inside(counted):
    said = SAID["rise-shows"]
    middle = counted["first"].dt.floor("D").max()
    ours = counted[counted["src_ip"].str.startswith(INSIDE)]
    pairs = [
        set(zip(p["src_ip"], p["dst_port"], strict=True)) for _, p in ours.groupby(ours["first"] >= middle)
    ]
    new = pairs[1] - pairs[0]
    demo = {pair for pair in new if pair[0] == "10.0.0.4"}
    assert f"The {len(new)} new ones from inside" in said and f"The other {len(new - demo)} are new" in said
    assert new - demo == {(JUMP, 445), (JUMP, 3389), (JUMP, 5985), (DESK, 1433), (FILES, 443)}
    shares = ours[(ours["src_ip"] == JUMP) & (ours["dst_port"] == 445)]
    assert f"(port `445`, {len(shares)} connections)" in said
    gone = [source for source, _ in pairs[0] - pairs[1]]
    assert gone.count(SCANNER) > len(gone) / 2


def test_denied_and_then_let_in(flows, denied):
    said = SAID["let-in-shows"]
    mine = flows[(flows["src_ip"] == GUESSER) & (flows["dst_port"] == 22)]
    begun = mine[(mine["decision"] == "allowed") & (mine["state"] == "begin")]
    before = mine[(mine["decision"] == "denied") & (mine["time"] < begun["time"].min())]
    assert f"denied {len(before)} times at port 22" in said
    assert f"From {begun['time'].min():%H:%M on %d} December it was allowed {len(begun)} times" in said
    four = ["src_ip", "dst_ip", "protocol", "dst_port"]
    first_denied = denied.groupby(four)["time"].min()
    allowed = flows[(flows["decision"] == "allowed") & (flows["direction"] == "inbound")]
    let_in = allowed.groupby(four)["time"].max()
    both = first_denied.index.intersection(let_in.index)
    later = [key for key in both if let_in[key] > first_denied[key]]
    assert [key[0] for key in later] == [GUESSER]


def test_the_answer(flows, counted):
    said = SAID["explorer-answer"]
    ssh = flows[(flows["dst_port"] == 22) & (flows["decision"] == "denied")]
    most = ssh["src_ip"].value_counts()
    assert f"`{most.index[0]}` has the longest bar: {most.iloc[0]} of the denied" in said
    assert set(ssh.loc[ssh["src_ip"] == GUESSER, "dst_ip"]) == {JUMP}
    came = counted[counted["src_ip"] == GUESSER]["first"]
    assert f"its {len(came)} connections, from {came.min():%H:%M} to {came.max():%H:%M} on" in said
    home = counted[counted["dst_ip"] == HOME]["first"].sort_values()
    assert set(counted.loc[counted["dst_ip"] == HOME, "src_ip"]) == {JUMP}
    gap = (home.min() - came.max()).total_seconds() / 60
    assert f"from {home.min():%H:%M} on, {gap:.0f} minutes after the last of these began" in said
    each = home.diff().dt.total_seconds().median() / 60
    assert f"it called `{HOME}` {len(home)} times, about every {each:.0f} minutes" in said
    assert home.max().strftime("%d %H:%M") > "19 23:50"
