"""What a seed alone gives stays as it is, byte for byte: whatever else a world can be given."""

from hashlib import sha256

import pytest

from nsgkit.sample import make_samples

# Of the worlds of two days, eight NICs and a small internet, which is what a seed alone gives.
SUMS = {
    1: "a0966c3cdcbbb83bd5dca289bade77b777632e4ae6f54c96db6c2bd8356bc1d1",
    5: "2a178989ee3d5f251b9e37f02020186c4df065aa91e86d800ae850ddb592acbd",
    8: "aafc4ae7cc6810761545d472e4d53fa5885532e6843f33c246a4be0fbd04540b",
}


@pytest.mark.parametrize("seed", SUMS)
def test_a_seed_alone_gives_what_it_always_gave(seed):
    made = make_samples(seed)
    told = b"".join(name.encode() + b"\0" + made[name] for name in sorted(made))
    assert sha256(told).hexdigest() == SUMS[seed]
