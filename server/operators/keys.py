"""What `chairtime key` does: seals everything with a new key, and drops the old one when nothing needs it."""

from typing import Final

from server.failures import Failure
from server.operators.records import acting, opened
from server.operators.tables import Page
from server.settings import Settings

MOST_ROUNDS: Final = 5  # a row sealed by somebody in the very moment of the change is met in the second
KEEP: Final = "Keep the old key with the backups that were made before."


async def rotate(settings: Settings, page: Page, by: str = "") -> int:
    """Seal everything with a new key, or go on where that was broken off; a server may run meanwhile.

    ``by`` "" is this machine's user, here and below.

    Raises:
        Failure: somebody keeps sealing with an older key.
        StoreError: the key is missing, wrong, or cannot be put in its file; or a value is damaged.
    """
    async with opened(settings) as records:
        rotation = records.store.rotation
        with acting(records.store, "key rotate", by):
            began = await rotation.begin()
        page.note("A new key seals from now on." if began else "Going on with a change of keys.")
        done, left = dict[str, int](), 0
        for _ in range(MOST_ROUNDS):
            async for name, rows in rotation.run():
                done[name] = done.get(name, 0) + rows
                if rows:
                    page.note(f"{name}: {rows} rows")
            if not (left := await rotation.left()):
                break
        else:
            raise Failure(
                f"{left} rows are being sealed with an older key by somebody else. Nothing is lost. "
                "Restart the servers that are older than their key file, and run this again."
            )
        page.done(
            f"Everything is sealed with the newest key. {KEEP} "
            "chairtime key drop takes older keys out of the key file.",
            {"new_key": began, "rows": done},
        )
    return 0


async def drop(settings: Settings, page: Page, by: str = "") -> int:
    """Take keys with which nothing is sealed any more out of the key file.

    Raises:
        StoreError: something is still sealed with an older key, or the file cannot be changed.
    """
    async with opened(settings) as records:
        with acting(records.store, "key drop", by):
            dropped = await records.store.rotation.drop_older()
        said = (
            f"{dropped} older keys are out of the key file. {KEEP}" if dropped else "There is one key only."
        )
        page.done(said, {"dropped": dropped})
    return 0
