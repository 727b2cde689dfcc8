"""What `chairtime backup` and `chairtime restore` do: the database to a file while servers run, and back."""

from pathlib import Path

from server.clock import SystemClock
from server.failures import ConfigurationError, Failure
from server.operators.records import acting
from server.operators.tables import Page
from server.places import database_path
from server.settings import Settings
from store.backup import copy_store, discard, draft_of, put_back, refuse_damaged, refuse_taken
from store.database import parse_url
from store.errors import CopyFailed, NotAStore, SealingKeyWrong
from store.opening import KeySource, open_store, prove

STALE = (
    "What was changed since the backup is not in it: make revoked tokens void again, forget patients again, "
    "and see the practice's calendar for what was booked since."
)


async def back_up(settings: Settings, page: Page, target: Path) -> int:
    """Copy the database to a file, as of its last commit; servers may run.

    Raises:
        ConfigurationError: there is no database.
        Failure: the file is there already, or cannot be written.
        StoreError: the key does not open the database, or the database is damaged.
    """
    path = _place(settings)
    if not path.exists():
        raise ConfigurationError(
            f"There is no database at {path}, so there is nothing to back up. Nothing was written. "
            "Set CHAIRTIME_DATABASE_URL to that of the server."
        )
    key = await _proven(path, settings, path)
    try:
        size = await copy_store(path, target)
    except CopyFailed as problem:
        raise Failure(str(problem)) from None
    where = str(key.file) if key.file is not None else "CHAIRTIME_KEY"
    page.done(
        f"The database is in {target} ({size:,} bytes), as of its last commit. It opens with the sealing key "
        f"in {where}, which is not in it: keep a copy of that key, and keep it elsewhere.",
        {"file": str(target), "bytes": size, "key": where},
    )
    return 0


async def restore(settings: Settings, page: Page, backup: Path, by: str) -> int:
    """Put a backup in the place of a database that is gone; no server may run.

    Raises:
        Failure: there is a database already, no such backup, or it cannot be written.
        StoreError: the backup is torn, of a newer program, or not of this key.
    """
    path = _place(settings)
    try:
        refuse_taken(path)
        await refuse_damaged(backup)
        key = await _proven(backup, settings, path)
        draft = await draft_of(backup, path)
        try:
            doubted = await _make_ready(settings, draft, key, by)
            await put_back(draft, path)
        finally:
            discard(draft)
    except CopyFailed as problem:
        raise Failure(str(problem)) from None
    page.done(
        f"The database is back at {path}. Requests that may have been sent since the backup: {doubted}; the "
        f"server looks for them before it sends anything. {STALE}",
        {"file": str(path), "in_doubt": doubted},
    )
    return 0


def _place(settings: Settings) -> Path:
    return parse_url(settings.database_url, database_path()).absolute()


async def _proven(file: Path, settings: Settings, of: Path) -> KeySource:
    return await prove(
        file, of=of, key_file=settings.key_file, key_text=settings.key.get_secret_value() or None
    )


async def _make_ready(settings: Settings, draft: Path, key: KeySource, by: str) -> int:
    """Bring the draft to where a server may start on it; how many of its writes are in doubt now."""
    store = await open_store(
        f"sqlite://{draft}",
        key_file=key.file,
        key_text=settings.key.get_secret_value() or None,
        default_path=draft,
    )
    async with store:
        if foreign := await store.rotation.unopenable():
            raise SealingKeyWrong(
                f"{foreign} rows of the backup are sealed with a key that is not given. Nothing was changed. "
                "Put every key that was in use when it was made into the key file, the newest first."
            )
        if await store.database.fetch("PRAGMA foreign_key_check"):
            raise NotAStore("The backup's tables do not fit together. Nothing was changed. Use another.")
        with acting(store, "restore", by):
            return await store.ledger.take_in(SystemClock().now())
