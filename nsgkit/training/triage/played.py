"""What happened in a world, scene by scene: as it was put in, before any NIC wrote it down."""

from functools import lru_cache
from types import ModuleType

from nsgkit.sample.logging.connections import Connection
from nsgkit.sample.world import World

_KEPT = 18  # scenes: all of some companies


@lru_cache(_KEPT)
def played(scene: ModuleType, world: World) -> tuple[Connection, ...]:
    """Return the connections of a scene. It is played once for all that is asked about a company.

    >>> from nsgkit.sample.scenes import incident
    >>> from nsgkit.sample.world import the_world
    >>> len(played(incident, the_world()))
    864
    """
    return tuple(scene.connections(world))
