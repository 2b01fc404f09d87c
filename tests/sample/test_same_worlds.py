"""What a seed alone gives stays as it is, byte for byte: whatever else a world can be given."""

from hashlib import sha256

import pytest

from nsgkit.sample import make_samples

# Of the worlds as they were when a world had two days, eight NICs and a small internet, and no choice.
SUMS = {
    1: "f2b38dbb71a5e4cdfca8e3dc4d6aa3e54c1fbbba13fa926504141df9d932ca09",
    5: "29fae9cd7ab2ea2929809488641163d05f25453c0777dd111a7dc26a23bc129c",
    8: "8dc1ca6902d872bc4156e0ce5a2f2db7dea862099ec397d73cd5d6d5c4b23373",
}


@pytest.mark.parametrize("seed", SUMS)
def test_a_seed_alone_gives_what_it_always_gave(seed):
    made = make_samples(seed)
    told = b"".join(name.encode() + b"\0" + made[name] for name in sorted(made))
    assert sha256(told).hexdigest() == SUMS[seed]
