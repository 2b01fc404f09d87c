"""How many random examples a property sees: the profile says it, and costly properties see their share."""

from hypothesis import settings


def examples(number):
    """Settings of a costly property: `number` examples in the profile "dev", in another in proportion."""
    usual, asked = settings.get_profile("dev").max_examples, settings().max_examples
    return settings(max_examples=max(3, number * asked // usual), deadline=None)
