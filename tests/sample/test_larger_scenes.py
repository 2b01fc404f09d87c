"""Each scene of a larger world throws its own dice: what was there stays, and what comes in is nobody's."""

from collections import Counter
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest

from nsgkit.sample.company import places
from nsgkit.sample.company.machines import MOST, added, hosts
from nsgkit.sample.company.network import OFFICE, REPLICA, SAAS, SCANNER
from nsgkit.sample.moments import DAY, HOUR, weekday
from nsgkit.sample.scenes import incident, internet, lookalikes, office, outsiders, servers, shop
from nsgkit.sample.world import the_world

SEED = 3
SCENES = {
    each.__name__.rsplit(".", 1)[-1]: each for each in (shop, office, servers, internet, lookalikes, incident)
}
LARGE = the_world(SEED, days=9, nics=14, internet=True)


def told(scene, since=0, **how):
    """Return a scene's connections from a time on, but for the replica's, which lasts as long as the logs."""
    return [
        each
        for each in scene.connections(the_world(SEED, **how))
        if each.start >= since and each.src != REPLICA
    ]


def is_weekend(ms):
    return datetime.fromtimestamp(ms / 1000, UTC).weekday() >= 5


@pytest.mark.parametrize("name", SCENES)
def test_days_before_it_do_not_move_the_story_s_two(name):
    scene, story = SCENES[name], the_world(SEED).story
    assert Counter(told(scene, story, days=4)) == Counter(told(scene, story))


@pytest.mark.parametrize("name", SCENES)
def test_a_day_more_does_not_move_the_days_after_it(name):
    scene, since = SCENES[name], the_world(SEED, days=4).start + HOUR
    assert Counter(told(scene, since, days=5)) == Counter(told(scene, since, days=4))


@pytest.mark.parametrize("name", [name for name in SCENES if name != "shop"])
def test_more_machines_do_not_move_what_the_others_do(name):
    assert Counter(told(SCENES[name])) <= Counter(told(SCENES[name], nics=MOST))


def test_the_same_customers_come_and_all_web_servers_share_them():
    few, many = told(shop), told(shop, nics=14)
    visits = [each for each in many if each.dst_port == 443 and each.src in shop.CUSTOMERS]
    assert [each.start for each in few if each.src in shop.CUSTOMERS] == [
        each.start for each in many if each.src in shop.CUSTOMERS
    ]
    shares = Counter(each.dst for each in visits)
    assert shares.keys() == {host.ip for host in the_world(SEED, nics=14).web}
    assert max(shares.values()) < 1.2 * min(shares.values())


def test_each_machine_is_another():
    for what in ("name", "ip", "mac"):
        assert len({getattr(host, what) for host in hosts(MOST)}) == MOST
    assert added(14)[:4] == added(12)
    assert {host.nsg for host in added(14)} == {"OFFICE-NSG", "SHOP-NSG"}


def test_the_scanner_is_known_before_its_scan_in_the_story():
    scans = {each.start // DAY for each in lookalikes.connections(LARGE) if each.src == SCANNER}
    story = LARGE.story // DAY
    assert scans == {story, story - 2, story - 4, story - 6}
    (told,) = (fact.story for fact in lookalikes.facts(LARGE) if fact.id == "vulnerability-scanner")
    assert told.endswith(f"every other evening, at last on {weekday(LARGE.story)}.")


def test_the_scan_of_many_machines_is_over_before_midnight():
    for seed in range(30):
        world = the_world(seed, nics=MOST)
        scan = [each.start for each in lookalikes.connections(world) if each.src == SCANNER]
        assert {when // DAY for when in scan} == {world.story // DAY}


def test_nobody_is_in_the_office_at_a_weekend():
    assert any(is_weekend(day) for day in LARGE.midnights)
    for scene, ports in ((office, {445, 3389}), (servers, {22})):
        days = Counter(is_weekend(each.start) for each in scene.connections(LARGE) if each.dst_port in ports)
        assert days[True] == 0 < days[False]


def test_the_story_is_never_at_a_weekend():
    for seed in range(200):
        assert not any(map(is_weekend, the_world(seed).midnights))


@pytest.fixture(scope="module")
def came():
    return [*outsiders.connections(LARGE)]


def test_thousands_come_a_few_of_them_loud_and_most_once_or_twice(came):
    times = Counter(each.src for each in came if each.src not in {host.ip for host in LARGE.hosts})
    knocks = Counter(each.src for each in came if each.dst_port != 443)
    assert len(times) == outsiders.OUTSIDERS
    assert sum(":" in address for address in times) == outsiders.OVER_IPV6
    loudest = [address for address, _ in times.most_common(outsiders.LOUD)]
    assert {*loudest} == {*outsiders.facts(LARGE)[0].entities["src_ip"]}
    assert times[loudest[-1]] > 10 * times.most_common(outsiders.LOUD + 1)[-1][1]
    assert sum(count <= 2 for count in knocks.values()) > len(knocks) / 2


def test_outsiders_are_nobody_else(came):
    pools = {*shop.CUSTOMERS, *internet.NOISE, *internet.NOISE6, *SAAS}
    own = {host.ip for host in LARGE.hosts}
    for seed in range(20):
        world = the_world(seed, internet=True)
        them = {outsiders.outsider(world, number) for number in range(outsiders.OUTSIDERS)}
        assert len(them) == outsiders.OUTSIDERS
        assert not them & (pools | {*map(str, world.cast)})
    ranges = (ip_network("198.18.0.0/15"), ip_network("2001:db8:c00::/38"))
    strangers = {ip_address(each.src) for each in came if each.src not in own}
    assert all(any(address in each for each in ranges) for address in strangers)


def test_outsiders_have_places_where_nobody_of_the_incident_is():
    lines = [line.split(",") for line in places.geofeed(LARGE).splitlines()[1:]]
    abroad = {
        line[1] for line in lines if line[0].startswith(("198.18.", "198.19.", "2001:db8:c", "2001:db8:d"))
    }
    story = {line[1] for line in lines for one in LARGE.cast[:4] if ip_address(one) in ip_network(line[0])}
    assert len(abroad) > 10
    assert not abroad & story
    assert {(line[1], line[3]) for line in lines} <= places.cities(LARGE).keys()
    placed = [ip_network(line[0]) for line in lines]
    for network in (outsiders.RANGE, outsiders.RANGE6):
        inside = [each for each in placed if each.version == network.version and each.subnet_of(network)]
        assert sum(each.num_addresses for each in inside) == network.num_addresses


def test_over_ipv6_they_only_knock(came):
    assert {each.dst for each in came if ":" in each.src} == {host.ip6 for host in LARGE.hosts if host.ip6}


def test_a_world_without_it_has_no_such_outsider():
    assert [*outsiders.connections(the_world(SEED, days=9))] == []
    assert outsiders.facts(the_world(SEED)) == ()


def test_an_added_desk_is_reached_by_a_clerk_of_its_own():
    clerks = {}
    for each in office.connections(LARGE):
        if each.dst_port == 3389:
            clerks.setdefault(each.dst, set()).add(each.src)
    assert len(clerks) == len(LARGE.office) > len(OFFICE)
    assert all(len(those) == 1 for those in clerks.values())
    assert len(set().union(*clerks.values())) == len(clerks)
