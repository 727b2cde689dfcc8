"""How each office stands: its charter, whether anybody has applied one, and whether all of it is paused."""

from dataclasses import dataclass
from functools import cached_property

import structlog

from server.desk.charter.reading import CharterRefused, read_charter
from server.desk.charter.terms import EMPTY, Charter, Policy, policy_of, settings_under
from server.settings import Settings
from store.office_profiles import OfficeProfiles

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Standing:
    """How one office stands at the moment of a call.

    Attributes:
        charter: what its people have said; empty where nobody has applied a document.
        settings: of the process, with the charter over them.
        reviewed: whether a document was applied.
        paused: whether everything becomes a message.
    """

    charter: Charter
    settings: Settings
    reviewed: bool = False
    paused: bool = False

    @cached_property
    def policy(self) -> Policy:
        """What holds, with nothing undecided."""
        return policy_of(self.charter, self.settings)


class Charters:
    """The charters of all offices; what another process applies or pauses holds from the next call on."""

    def __init__(self, profiles: OfficeProfiles, settings: Settings) -> None:
        self._profiles = profiles
        self._settings = settings
        self._known: dict[str, tuple[int, Standing]] = {}

    async def of(self, office: str) -> Standing:
        """How an office stands now: one small query, and the document only when it is another."""
        marks = await self._profiles.marks(office)
        known = self._known.get(office)
        if known is None or known[0] != marks.version:
            known = self._known[office] = await self._read(office)
        standing = known[1]
        if marks.paused_at is None:
            return standing
        return Standing(standing.charter, standing.settings, standing.reviewed, paused=True)

    async def _read(self, office: str) -> tuple[int, Standing]:
        profile = await self._profiles.get(office)
        if not profile.version:
            return 0, Standing(EMPTY, self._settings)
        try:
            charter = read_charter(profile.document)
        except CharterRefused:
            # It was applied by a program that knew other keys. What is not understood permits nothing.
            log.error("office_profile_unreadable", office=office)
            return profile.version, Standing(EMPTY, self._settings)
        return profile.version, Standing(charter, settings_under(charter, self._settings), reviewed=True)
