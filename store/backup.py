"""Copies a store to one file while others write to it, and puts such a file back; whole or not at all."""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import anyio.to_thread

from store.errors import CopyFailed, NotAStore
from store.key_file import to_disk

SOUND: Final = [("ok",)]
# What SQLite keeps beside a database: an old log would be played into the file that is put in its place.
BESIDE: Final = ("", "-wal", "-shm", "-journal")
_Result = TypeVar("_Result")


async def copy_store(path: Path, target: Path) -> int:
    """Copy the store at `path`, as of its last commit, to a file that was not there (mode 0600); its bytes.

    The file needs nothing beside it. A server may write meanwhile and is not held up.

    Raises:
        CopyFailed: `target` is there or cannot be written. Nothing is left of it.
        NotAStore: the store is damaged.
    """
    return await anyio.to_thread.run_sync(_copy, path, target)


async def put_back(draft: Path, path: Path) -> None:
    """Give a draft, which is gone then, the store's name.

    Raises:
        CopyFailed: there is a store at `path` already, or it cannot be written. Nothing was changed.
    """
    await anyio.to_thread.run_sync(_put_back, draft, path)


async def draft_of(backup: Path, path: Path) -> Path:
    """A copy of a backup beside the place of the store, to be made ready there; the caller ends it.

    Raises:
        CopyFailed: there is a store at `path` already, or the copy cannot be written. Nothing was changed.
    """
    refuse_taken(path)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.touch(mode=0o600, exist_ok=False)
        await anyio.to_thread.run_sync(shutil.copyfile, backup, draft)
    except OSError as error:
        discard(draft)
        raise _not_written(draft, error) from error
    return draft


async def refuse_damaged(path: Path) -> None:
    """Raise NotAStore if SQLite finds a file torn or damaged; it is not changed."""
    await anyio.to_thread.run_sync(_examine, path)


def refuse_taken(path: Path) -> None:
    """Raise CopyFailed if there is a database at `path`, or what SQLite has left of one."""
    taken = [str(there) for suffix in BESIDE if (there := path.with_name(path.name + suffix)).exists()]
    if taken:
        raise CopyFailed(
            f"There is a database already: {', '.join(taken)}. Nothing was changed. "
            "Stop the server and move what is there to another place first."
        )


def discard(draft: Path) -> None:
    """Remove a copy that is not wanted, with all that SQLite keeps beside it."""
    for suffix in BESIDE:
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def _copy(path: Path, target: Path) -> int:
    draft = target.with_name(f"{target.name}.{secrets.token_hex(8)}")
    try:
        # The name is taken first, so that two backups never write to one file.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise CopyFailed(f"There is a file at {target} already. Nothing was written.") from None
    except OSError as error:
        raise _not_written(target, error) from error
    try:
        draft.touch(mode=0o600, exist_ok=False)
        _sqlite(partial(_copy_pages, path, draft))
        _examine(draft)
        _file_to_disk(draft)
        draft.replace(target)
    except BaseException as error:
        discard(draft)
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _not_written(target, error) from error
        raise
    to_disk(target.parent)
    return target.stat().st_size


def _copy_pages(path: Path, draft: Path) -> None:
    source = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(source, uri=True)) as store, closing(sqlite3.connect(draft)) as copy:
        store.backup(copy)  # in one step: of one commit, whatever is written meanwhile
        copy.execute("PRAGMA journal_mode = DELETE")


def _put_back(draft: Path, path: Path) -> None:
    try:
        _file_to_disk(draft)
        refuse_taken(path)
        path.hardlink_to(draft)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        discard(draft)
    to_disk(path.parent)


def _examine(path: Path) -> None:
    def found() -> list[tuple[str]]:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
            return file.execute("PRAGMA integrity_check(1)").fetchall()

    if _sqlite(found) != SOUND:
        raise NotAStore(f"The file {path} is damaged. Nothing was changed. Use another backup.")


def _sqlite(work: Callable[[], _Result]) -> _Result:
    try:
        return work()
    except sqlite3.Error as error:
        raise NotAStore(f"The database file cannot be read: {error}. Nothing was changed.") from error


def _file_to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _not_written(path: Path, error: OSError) -> CopyFailed:
    return CopyFailed(f"The file {path} cannot be written ({error.strerror}). Nothing was changed.")
