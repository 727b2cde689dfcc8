"""The application's credentials at Sikka, sealed, for a server that is not given them by its environment."""

from dataclasses import asdict, dataclass, field
from typing import Final

from store.audit import WHOLE, note_done
from store.database import Database
from store.sealing import Sealer

_ID: Final = "sikka"  # a store is of one application
_PLACE: Final = {"table": "credentials", "column": "sealed", "office": "", "row": _ID}


@dataclass(frozen=True, slots=True)
class Given:
    """What `chairtime connect` was given; the pair is not in the repr.

    Attributes:
        app_id: from Sikka's portal.
        app_key: likewise.
        base_url: the root of the API that the pair is for.
        offices: those that were chosen, as CHAIRTIME_OFFICE names them.
    """

    app_id: str = field(repr=False)
    app_key: str = field(repr=False)
    base_url: str
    offices: str


class Credentials:
    """The table credentials: one row, or none."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def get(self) -> Given | None:
        """What is stored; None where nothing is. Raises SealBroken."""
        row = await self._database.fetch_one("SELECT sealed FROM credentials WHERE id = $1", _ID)
        return None if row is None else Given(**self._sealer.open_json(row["sealed"], **_PLACE))

    async def put(self, given: Given, now: int) -> bool:
        """Store this in the place of what is there; False where this very thing is, and nothing was done."""
        if await self.get() == given:
            return False
        async with self._database.transaction() as statements:
            await statements.execute(
                "INSERT INTO credentials (id, sealed, stored_at) VALUES ($1, $2, $3) "
                "ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, stored_at = excluded.stored_at",
                _ID,
                self._sealer.seal_json(asdict(given), **_PLACE),
                now,
            )
            await note_done(statements, now, "credentials_stored", office=WHOLE)
        return True

    async def forget(self) -> bool:
        """Remove what is stored; False where nothing is."""
        async with self._database.transaction() as statements:
            gone = await statements.execute("DELETE FROM credentials WHERE id = $1", _ID) > 0
            if gone:
                await note_done(statements, None, "credentials_forgotten", office=WHOLE)
        return gone
