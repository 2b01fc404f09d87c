"""What lies in a container beside flow logs: counted and told, and never taken for evidence."""

from threading import Lock

from nsgkit.acquire.blobs import Blob
from nsgkit.html import visible
from nsgkit.layout import is_flow_log

OTHER_FOLDERS = "folders are not of NSGs or VNet flow logs"
OTHER_NAMES = "blobs are not named like flow logs"
OUTSIDE = "blobs lie outside the folders of flow logs"
EMPTY = "blobs are empty"


class LeftOut:
    """Counts what is left out, by why: `found` has for each reason the number and one name."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[int, str]] = {}
        self._lock = Lock()

    def saw(self, why: str, name: str) -> None:
        """Count one more. Of the names the first by the alphabet is kept, whoever comes first."""
        with self._lock:
            number, first = self.found.get(why, (0, name))
            self.found[why] = number + 1, min(first, name)

    def takes(self, blob: Blob) -> bool:
        """Return whether the blob is a flow log's and holds anything; else count it.

        A folder's own entry, which accounts with a hierarchical namespace list as a blob of 0 bytes,
        is nothing that could be left out.
        """
        if not is_flow_log(blob.name):
            if blob.size:
                self.saw(OTHER_NAMES, blob.name)
            return False
        if not blob.size:
            self.saw(EMPTY, blob.name)
        return blob.size != 0  # UNKNOWN where the list says nonsense

    def saw_beside(self, blob: Blob) -> None:
        """Count a blob that lies where there are only folders; their own entries have 0 bytes."""
        if blob.size:
            self.saw(OUTSIDE, blob.name)

    def sentences(self) -> list[str]:
        """Return a sentence for each reason."""
        return [
            f"{number:,} {why} and were left out, such as {visible(name)}."
            for why, (number, name) in sorted(self.found.items())
        ]
