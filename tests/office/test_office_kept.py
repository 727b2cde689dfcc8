"""The document of an office in the store: sealed, versioned, and cheap to ask about."""

import pytest
from harness import FAST, ManualClock, quiet_office, served

from store.errors import SealBroken
from store.office_profiles import Marks, OfficeProfile

DOCUMENT = "[phones]\ntransfer = '860 555 0199'\n"


async def test_a_document_is_kept_sealed_with_who_applied_it(tmp_path):
    clock = ManualClock()
    async with served(FAST, clock) as line, quiet_office(line, tmp_path, clock) as office:
        profiles = office.store.profiles
        assert await profiles.marks(office.id) == Marks()
        assert await profiles.get(office.id) == OfficeProfile(office.id)
        assert await profiles.apply(office.id, DOCUMENT, over=0, by="Dana", now=5) == 1
        assert await profiles.apply(office.id, "other", over=0, by="Joy", now=6) is None
        kept = await profiles.get(office.id)
        assert kept == OfficeProfile(office.id, 1, DOCUMENT, 5, "Dana")
        assert "0199" not in repr(kept)
        assert await profiles.apply(office.id, "", over=1, by="Joy", now=7) == 2
        assert await profiles.apply(office.id, DOCUMENT, over=2, by="Joy", now=8) == 3
        assert await profiles.pause(office.id, by="Joy", now=9)
        assert not await profiles.pause(office.id, by="Dana", now=10)
        assert await profiles.marks(office.id) == Marks(3, 9)
        assert (await profiles.get(office.id)).paused_by == "Joy"
        assert await profiles.resume(office.id)
        assert not await profiles.resume(office.id)
        async with office.store.database.transaction() as statements:
            await statements.execute("UPDATE office_profiles SET document = $1", b"not sealed by us")
        with pytest.raises(SealBroken):
            await profiles.get(office.id)
    for file in tmp_path.glob("chairtime.sqlite3*"):
        assert b"555 0199" not in file.read_bytes(), file


async def test_an_office_can_be_paused_before_anybody_has_reviewed_it(tmp_path):
    clock = ManualClock()
    async with served(FAST, clock) as line, quiet_office(line, tmp_path, clock) as office:
        assert await office.store.profiles.pause(office.id, by="Joy", now=9)
        standing = await office.desk.charters.of(office.id)
        assert (standing.paused, standing.reviewed) == (True, False)
        assert await office.store.profiles.apply(office.id, DOCUMENT, over=0, by="Dana", now=10) == 1
        standing = await office.desk.charters.of(office.id)
        assert (standing.paused, standing.reviewed) == (True, True)
        assert standing.settings.transfer_number == "860 555 0199"
