"""Opens a store: finds its key, proves that it fits, and brings the tables up to date."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from store.attempts import Attempts
from store.audit import Audit
from store.credentials import Credentials
from store.database import Database, Statements, parse_url
from store.errors import NotAStore, SealBroken, SealingKeyMissing, SealingKeyWrong
from store.forgetting import Forgetting
from store.handles import Handles
from store.holds import Holds
from store.inbox import Inbox
from store.key_file import KeyFile, read_key, write_new
from store.ledger import Ledger
from store.migrate import known_migrations, migrate, refuse_newer
from store.mirror import Mirror
from store.office_profiles import OfficeProfiles
from store.offices import Offices
from store.readbacks import Readbacks
from store.retention import Retention
from store.rotation import Rotation
from store.sealing import KEY_BYTES, Index, KeyRing, Sealer
from store.sqlite import Found, SqliteDatabase, look, open_sqlite
from store.tokens import Tokens

# Whoever holds a lease that lapsed a moment ago, and that nobody took, may still finish.
LAPSED_LEASE_KEPT_MS = 60 * 60_000


@dataclass(frozen=True)
class Purged:
    """How many expired things were forgotten."""

    handles: int
    readbacks: int
    holds: int


@dataclass(frozen=True)
class KeySource:
    """Where a store's key comes from: a file, or None where it was given as text."""

    file: Path | None


@dataclass(frozen=True)
class Store:
    """An open store. ``made_key`` is the key file that was made for it just now, else None."""

    database: Database
    offices: Offices
    ledger: Ledger
    handles: Handles
    readbacks: Readbacks
    index: Index
    made_key: Path | None
    inbox: Inbox
    profiles: OfficeProfiles
    mirror: Mirror
    holds: Holds
    tokens: Tokens
    audit: Audit
    rotation: Rotation
    retention: Retention
    forgetting: Forgetting
    attempts: Attempts
    credentials: Credentials

    async def purge(self, now: int) -> Purged:
        """Forget what expired (handles, read-backs, holds, tries), and leases an hour after (``now`` UTC ms).

        No row of the ledger and no task is ever removed.
        """
        lapsed_by = now - LAPSED_LEASE_KEPT_MS
        await self.ledger.forget_lapsed_leases(lapsed_by)
        await self.offices.forget_lapsed_leases(lapsed_by)
        await self.attempts.purge(now)
        return Purged(
            handles=await self.handles.purge(now),
            readbacks=await self.readbacks.purge(now),
            holds=await self.holds.purge(now),
        )

    async def aclose(self) -> None:
        """Close the database; a second time does nothing."""
        await self.database.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


async def prove(file: Path, *, of: Path, key_file: Path | None, key_text: str | None) -> KeySource:
    """That a file is a store of a version this program knows, and opens with the key of the store at ``of``.

    Not a byte is changed, and no key is made. Raises the errors of `store.errors`.
    """
    found = await look(file)
    if found is None:
        raise NotAStore(f"The file {file} holds no store. Nothing was changed.")
    refuse_newer(found.version, known_migrations(SqliteDatabase.dialect))
    ring, _, lies_in = _key_for(of, found, key_file, key_text)
    _open_index_key(Sealer(ring), found.sealed_index_key)
    return KeySource(lies_in.path if lies_in is not None else None)


async def open_store(url: str, *, key_file: Path | None, key_text: str | None, default_path: Path) -> Store:
    """Open the store a database URL names, making it if there is none.

    The key is ``key_text``, else what ``key_file`` holds, else ``<database>.key``, which is made (mode 0600)
    for a new store only. An existing store is checked before a byte of it is changed. Raises the errors of
    `store.errors`.
    """
    path = parse_url(url, default_path)
    found = await look(path)
    known = known_migrations(SqliteDatabase.dialect)
    if found is not None:
        refuse_newer(found.version, known)
    ring, made_key, lies_in = _key_for(path, found, key_file, key_text)
    sealer = Sealer(ring, lies_in.changed if lies_in is not None else None)
    if found is not None:
        _open_index_key(sealer, found.sealed_index_key)
    database = await open_sqlite(path)
    try:
        async with database.transaction() as statements:
            await migrate(statements, known)
            index = Index(await _index_key(statements, sealer))
    except BaseException:
        await database.aclose()
        raise
    mirror, retention = Mirror(database, sealer, index), Retention(database, sealer)
    return Store(
        database=database,
        offices=Offices(database, sealer),
        ledger=Ledger(database, sealer),
        handles=Handles(database, sealer, index),
        readbacks=Readbacks(database),
        index=index,
        made_key=made_key,
        inbox=Inbox(database, sealer),
        profiles=OfficeProfiles(database, sealer),
        mirror=mirror,
        holds=Holds(database),
        tokens=Tokens(database, index),
        audit=Audit(database, index),
        rotation=Rotation(database, sealer, lies_in),
        retention=retention,
        forgetting=Forgetting(database, sealer, index, retention, mirror),
        attempts=Attempts(database),
        credentials=Credentials(database, sealer),
    )


def _key_for(
    path: Path, found: Found | None, key_file: Path | None, key_text: str | None
) -> tuple[KeyRing, Path | None, KeyFile | None]:
    """The key ring to use, the key file if one was made, and the file it lies in if it lies in one."""
    if key_text is not None and key_text.strip():
        return KeyRing.parse(key_text), None, None
    beside = path.with_name(path.name + ".key")
    if key_file is None and found is None and not beside.exists():
        ring, made = _make_key(beside)
        return ring, made, KeyFile(beside)
    # Looked at before it is read: what is put in its place in between is seen as a change.
    file = KeyFile(key_file or beside)
    return KeyRing.parse(read_key(file.path)), None, file


def _make_key(path: Path) -> tuple[KeyRing, Path | None]:
    """Write a new key, whole or not at all; if another process was quicker, its key is used."""
    ring = KeyRing.generate()
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(draft, ring.dump())
        won = _linked(path, draft)
    except OSError as error:
        raise SealingKeyMissing(
            f"A sealing key could not be made at {path} ({error.strerror}). Nothing was opened. "
            "Make the directory writable, or set CHAIRTIME_KEY_FILE or CHAIRTIME_KEY."
        ) from error
    return (ring, path) if won else (KeyRing.parse(read_key(path)), None)


def _linked(path: Path, draft: Path) -> bool:
    """Give the draft its name; False if that is taken."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


async def _index_key(statements: Statements, sealer: Sealer) -> bytes:
    """The store's index key, made at first and never changed. That it opens proves the sealing key."""
    await statements.execute(
        "INSERT INTO store_meta (name, value) VALUES ('index_key', $1) ON CONFLICT (name) DO NOTHING",
        sealer.seal(secrets.token_bytes(KEY_BYTES), **_INDEX_KEY_PLACE),
    )
    rows = await statements.fetch("SELECT value FROM store_meta WHERE name = 'index_key'")
    return _open_index_key(sealer, rows[0]["value"])


def _open_index_key(sealer: Sealer, blob: bytes) -> bytes:
    try:
        return sealer.open(blob, **_INDEX_KEY_PLACE)
    except SealBroken as error:
        raise SealingKeyWrong(
            "The sealing key does not open this store. Nothing was changed. "
            "Set CHAIRTIME_KEY_FILE or CHAIRTIME_KEY to the key it was made with."
        ) from error


_INDEX_KEY_PLACE = {"table": "store_meta", "column": "value", "office": "", "row": "index_key"}
