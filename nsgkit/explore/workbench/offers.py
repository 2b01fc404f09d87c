"""What a filter's field offers while it is typed: the words, and the values that the conversations have."""

from functools import cache, partial

from nsgkit.analyses.filters.completion import completed, counts_of, term_start
from nsgkit.explore.workbench.filter_field import Offer


def offer_of(conversations: object) -> Offer:
    """Return what tells where a term begins, and what can stand there; each field's values are counted once.

    >>> import pandas as pd
    >>> offer_of(pd.DataFrame({"rule": ["Web"]}))("rule:", 5)
    (0, [('rule:="Web"', '1 row')])
    """
    counted = cache(partial(counts_of, conversations))
    return lambda text, place: (term_start(text, place), completed(text, place, conversations, counted))
