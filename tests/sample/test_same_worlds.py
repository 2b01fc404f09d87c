"""What a seed alone gives stays as it is, byte for byte: whatever else a world can be given."""

from hashlib import sha256

import pytest

from nsgkit.sample import make_samples

# Of the worlds of two days, eight NICs and a small internet, which is what a seed alone gives.
SUMS = {
    1: "42bcea0eee4eec25c72baf4935ca60e1eebabf94f22fa9b79f719274454d1e5a",
    5: "7f25b6c54aa57380def8dbeda40c5f79ab4e2a24250b89891b1bd9a1efeb7bfd",
    8: "70fe4bb9f57af77fe419e69831c9c5180f81afd4a8b14080dfacfe4368d7dbd2",
}


@pytest.mark.parametrize("seed", SUMS)
def test_a_seed_alone_gives_what_it_always_gave(seed):
    made = make_samples(seed)
    told = b"".join(name.encode() + b"\0" + made[name] for name in sorted(made))
    assert sha256(told).hexdigest() == SUMS[seed]
