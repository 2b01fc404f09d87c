"""The files that tell of addresses, as evidence: a case keeps a copy of each, and its hash."""

import hashlib
from pathlib import Path
from typing import Any

from nsgkit.case.folder import keep
from nsgkit.enrich.network import Own, as_given
from nsgkit.errors import NsgkitError
from nsgkit.html import visible

_MOST = 16 << 20  # bytes; of a larger one, such as a database of places, the hash stands in the line alone


def network_files(folder: Path, network: Own) -> tuple[str, list[dict[str, Any]]]:
    """Keep the files that the network was made of; return what they are in a sentence, and where they lie."""
    given = as_given(network)
    kept, left = [], []
    for path in dict.fromkeys(stamp.path for stamp in given.context.files):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise NsgkitError(
                f"{path} cannot be read: {error.strerror}. The network was made of it."
            ) from error
        if len(data) > _MOST:
            left.append(f"{visible(path.name)} (SHA-256 {hashlib.sha256(data).hexdigest()})")
        else:
            kept.append({"name": visible(path.name), **keep(folder, data, "data")._asdict()})
    prefixes = [visible(text) for text in given.given if not Path(text).is_file()]
    told = f"Files about the network: {', '.join(each['name'] for each in kept) or 'none'}."
    told += f" Not copied, for their size: {', '.join(left)}." if left else ""
    told += f" Own networks that were given: {', '.join(prefixes)}." if prefixes else ""
    return told, kept
