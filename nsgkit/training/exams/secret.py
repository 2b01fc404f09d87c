"""The secret that an exam is made from. It is read, never shown, and never written anywhere."""

import hmac
from pathlib import Path

from nsgkit.errors import NsgkitError

SHORTEST = 16  # bytes: fewer can be tried out
_LONGEST = 1 << 16
_MAKE = 'python -c "import secrets; print(secrets.token_hex(32))" > secret'


def read_secret(path: str | Path) -> bytes:
    """Return the secret in a file, without the white space around it.

    Raises NsgkitError where there is none, or it is too short; the message has the call that makes one.
    """
    try:
        with Path(path).open("rb") as file:
            secret = file.read(_LONGEST + 1).strip()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    else:
        if SHORTEST <= len(secret) <= _LONGEST:
            return secret
        problem = "is too long" if len(secret) > _LONGEST else "is too short" if secret else "is empty"
    raise NsgkitError(
        f"{path}: the secret {problem}. It takes {SHORTEST} bytes or more that nobody guesses. "
        f"Make one: {_MAKE}"
    )


def seed_of(secret: bytes, name: str) -> str:
    """Return the seed of a learner: HMAC-SHA-256 of the name.

    >>> seed_of(b"not a good secret", "Kim")[:16], seed_of(b"not a good secret", "Ann")[:16]
    ('ba50b628fc15b9e0', '32b3ab919d7ac602')
    """
    return hmac.digest(secret, name.encode(), "sha256").hex()


def derived(secret: bytes, purpose: str) -> bytes:
    """Return a secret for something else than a name: a name has no line break."""
    return hmac.digest(secret, f"\n{purpose}".encode(), "sha256")
