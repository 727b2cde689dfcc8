"""The file that holds the sealing keys: read again when it changes, and replaced as a whole."""

import os
import secrets
from pathlib import Path
from typing import Final

from store.errors import SealingKeyMissing, SealingKeyWrong
from store.sealing import KeyRing

OWNER_ONLY: Final = 0o600


def read_key(path: Path) -> str:
    """The text of a key file. Raises SealingKeyMissing."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise SealingKeyMissing(
            f"The store's sealing key cannot be read from {path} ({error.strerror}). Nothing was changed. "
            "Set CHAIRTIME_KEY_FILE or CHAIRTIME_KEY to the key it was made with; without it, it stays shut."
        ) from error


def write_new(path: Path, text: str) -> None:
    """Write a file that nobody else can read, to the disk. Raises OSError if it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


class KeyFile:
    """A key file, as every process that has the store open watches it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = self._stamp()

    def changed(self) -> KeyRing | None:
        """The keys, if the file was replaced since it was last looked at and holds keys; else None."""
        stamp = self._stamp()
        if stamp is None or stamp == self._seen:
            return None
        try:
            ring = self.read()
        except (SealingKeyMissing, SealingKeyWrong):
            return None  # what is being written just now is looked at again
        self._seen = stamp
        return ring

    def read(self) -> KeyRing:
        """The keys as they are in it now. Raises SealingKeyMissing, SealingKeyWrong."""
        return KeyRing.parse(read_key(self.path))

    def replace(self, ring: KeyRing) -> None:
        """Put other keys in its place, whole or not at all. Raises SealingKeyMissing."""
        path = self.path.resolve()
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        try:
            try:
                write_new(draft, ring.dump())
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
            to_disk(path.parent)
        except OSError as error:
            raise SealingKeyMissing(
                f"The key file {path} cannot be replaced ({error.strerror}). Nothing was changed. "
                "Make it and its directory writable for this user."
            ) from error

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino, found.st_size)


def to_disk(folder: Path) -> None:
    """The new name in a directory, too, is on the disk; there are systems that cannot promise it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
