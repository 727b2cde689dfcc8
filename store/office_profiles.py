"""The document in which an office's people say what may be offered, and whether the office is paused."""

from dataclasses import dataclass, field

from store.audit import note_done
from store.database import Database, Row
from store.sealing import Sealer

_TABLE = "office_profiles"


@dataclass(frozen=True, slots=True)
class Marks:
    """What is read at every call: the document's version (0 for none), and since when (UTC ms) all pauses."""

    version: int = 0
    paused_at: int | None = None


@dataclass(frozen=True, slots=True)
class OfficeProfile:
    """One office's document with who applied it, and who paused the office. Times are UTC ms.

    ``document`` is the text as it was applied; "" with version 0 where none ever was.
    """

    office: str
    version: int = 0
    document: str = field(default="", repr=False)
    applied_at: int | None = None
    applied_by: str | None = None
    paused_at: int | None = None
    paused_by: str | None = None


class OfficeProfiles:
    """The table office_profiles. An office is a pms_integrations id."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def marks(self, office: str) -> Marks:
        """Version and pause, without the document."""
        row = await self._database.fetch_one(
            "SELECT version, paused_at FROM office_profiles WHERE office = $1", office
        )
        return Marks() if row is None else Marks(row["version"], row["paused_at"])

    async def get(self, office: str) -> OfficeProfile:
        """All that is known; version 0 where nothing was ever applied. Raises SealBroken."""
        row = await self._database.fetch_one("SELECT * FROM office_profiles WHERE office = $1", office)
        return OfficeProfile(office) if row is None else self._profile(row)

    async def apply(self, office: str, document: str, *, over: int, by: str, now: int) -> int | None:
        """Put a document in the place of version ``over`` (0 for none): the new version.

        None, and nothing is changed, where another document was applied since.
        """
        blob = self._sealer.seal(
            document.encode(), table=_TABLE, column="document", office=office, row=office
        )
        async with self._database.transaction() as statements:
            rows = await statements.fetch(
                "INSERT INTO office_profiles (office, version, document, applied_at, applied_by) "
                "VALUES ($1, CAST($2 AS BIGINT) + 1, $3, $4, $5) "
                "ON CONFLICT (office) DO UPDATE SET version = excluded.version, "
                "document = excluded.document, applied_at = excluded.applied_at, "
                "applied_by = excluded.applied_by WHERE office_profiles.version = $2 RETURNING version",
                office,
                over,
                blob,
                now,
                by,
            )
            if rows:
                version = str(rows[0]["version"])
                await note_done(statements, now, "profile_applied", record=version, office=office)
        return int(rows[0]["version"]) if rows else None

    async def pause(self, office: str, *, by: str, now: int) -> bool:
        """Pause an office; False if it was paused before, which stays as it is."""
        async with self._database.transaction() as statements:
            touched = await statements.execute(
                "INSERT INTO office_profiles (office, paused_at, paused_by) VALUES ($1, $2, $3) "
                "ON CONFLICT (office) DO UPDATE SET paused_at = excluded.paused_at, "
                "paused_by = excluded.paused_by WHERE office_profiles.paused_at IS NULL",
                office,
                now,
                by,
            )
            if touched:
                await note_done(statements, now, "office_paused", office=office)
        return touched > 0

    async def resume(self, office: str) -> bool:
        """End a pause; False if there was none."""
        async with self._database.transaction() as statements:
            touched = await statements.execute(
                "UPDATE office_profiles SET paused_at = NULL, paused_by = NULL "
                "WHERE office = $1 AND paused_at IS NOT NULL",
                office,
            )
            if touched:
                await note_done(statements, None, "office_resumed", office=office)
        return touched > 0

    def _profile(self, row: Row) -> OfficeProfile:
        office: str = row["office"]
        document = ""
        if row["document"] is not None:
            document = self._sealer.open(
                row["document"], table=_TABLE, column="document", office=office, row=office
            ).decode()
        return OfficeProfile(
            office=office,
            version=row["version"],
            document=document,
            applied_at=row["applied_at"],
            applied_by=row["applied_by"],
            paused_at=row["paused_at"],
            paused_by=row["paused_by"],
        )
