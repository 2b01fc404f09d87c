"""Several blobs at a time, with a progress bar, until all are in or something ends it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock, Semaphore

from tqdm.auto import tqdm

from nsgkit.acquire import errors
from nsgkit.acquire.blobs import WORKERS, Blob
from nsgkit.acquire.transfer import Transfer, fetch

_WAITING = 2 * WORKERS  # blobs that are taken up ahead; the others stay in the list


class Workers:
    """Fetches blobs and counts: what came, what failed and why."""

    def __init__(self, on_progress: Callable[[int, int], None] | None = None) -> None:
        self.fetched = 0
        self.size = 0  # bytes that arrived
        self.wanted = 0  # bytes that are to arrive
        self.failed: dict[str, str] = {}  # blob -> why
        self._ended: BaseException | None = None
        self._blocked = 0  # failures that may all have one reason: the way to the blobs is blocked
        self._open_after = 0  # how many of them there were when a blob was begun that came in
        self._on_progress = on_progress or (lambda _arrived, _wanted: None)
        self._lock = Lock()
        self._bar: tqdm = tqdm(disable=True)

    def fetch(self, transfer: Transfer, blobs: Iterator[Blob], number: int, size: int) -> None:
        """Fetch the blobs. Raises what ended it before they were all tried, if anything did.

        An interrupt (Ctrl-C) lets what is under way come to its end first.
        """
        places = Semaphore(_WAITING)
        self.wanted += size
        self._on_progress(self.size, self.wanted)
        self._ended, self._open_after = None, self._blocked

        def one(blob: Blob) -> None:
            try:
                if self._ended is None and not transfer.source.stop.is_set():
                    self._one(transfer, blob, number)
            except BaseException as error:  # raised again by `fetch`
                self._ended = self._ended or error
            finally:
                places.release()

        with tqdm(total=size, unit="B", unit_scale=True, unit_divisor=1024) as self._bar:
            self._submit_all(transfer, one, blobs, places)
        if self._ended is not None:
            raise self._ended

    def arrived(self, size: int) -> None:
        """Count bytes that arrived."""
        with self._lock:
            self.size += size
            self._bar.update(size)
            self._on_progress(self.size, self.wanted)

    def _submit_all(
        self, transfer: Transfer, one: Callable[[Blob], None], blobs: Iterator[Blob], places: Semaphore
    ) -> None:
        with ThreadPoolExecutor(WORKERS) as executor:
            try:
                for blob in blobs:
                    _take(places)
                    executor.submit(one, blob)
                    if self._ended is not None or transfer.source.stop.is_set():
                        break
                for _ in range(_WAITING):  # all places are free again when all blobs are done
                    _take(places)
            except BaseException:
                transfer.source.stop.set()
                raise

    def _one(self, transfer: Transfer, blob: Blob, number: int) -> None:
        blocked = self._blocked
        try:
            fetch(transfer, blob)
        except errors.StoppedError:
            return
        except (errors.UnreadableError, errors.BusyError, errors.GoneError, errors.ForbiddenError) as fault:
            self._failed(transfer, blob, fault)
        else:
            with self._lock:
                self._open_after = max(self._open_after, blocked)
                self.fetched += 1
                self.failed.pop(blob.name, None)
                self._bar.set_description_str(f"{self.fetched:,} of {number:,} blobs", refresh=False)

    def _failed(self, transfer: Transfer, blob: Blob, fault: errors.StorageError) -> None:
        address = transfer.source.address
        transfer.writer.manifest.add(
            "failed", account=address.account, container=address.container, name=blob.name, why=str(fault)
        )
        with self._lock:
            self.failed[blob.name] = str(fault)
            self._blocked += isinstance(fault, errors.BusyError | errors.ForbiddenError)
            if self._blocked - self._open_after >= WORKERS:
                self._ended = self._ended or fault


def _take(places: Semaphore) -> None:
    """Take a place; in short waits, because on Windows a long one cannot be interrupted."""
    while not places.acquire(timeout=0.5):
        pass
