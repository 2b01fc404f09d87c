"""The sample company on other days: the same people and the same incident, everything that is drawn reseeded.

Until the generator takes a seed of its own: only the dice are changed, so times, sizes, ports, outsiders and
the order of things differ, and what is planted keeps its addresses and hours.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random
from unittest.mock import patch

import nsgkit
from nsgkit.sample import make_samples
from nsgkit.sample.logging import connections
from nsgkit.sample.scenes import incident, internet, lookalikes, office, servers, shop

_WITH_DICE = (connections, incident, internet, lookalikes, office, servers, shop)


def company(seed: int) -> nsgkit.FlowLogs:
    """Return the logs of the company with other dice."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        for module in _WITH_DICE:
            stack.enter_context(patch.object(module, "dice", lambda name: Random(f"company {seed}: {name}")))
        for name, content in make_samples().items():
            if name.endswith("PT1H.json"):
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return nsgkit.read_logs(folder)
