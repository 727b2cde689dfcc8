"""What `chairtime office` does with an office's document: shows, checks, applies and pauses it."""

import contextlib
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from server.app import connected
from server.clock import SystemClock
from server.desk.charter.plain import Difference, differences, flat, plain
from server.desk.charter.reading import CharterRefused, read_charter
from server.desk.charter.terms import EMPTY, Charter, policy_of
from server.door import errors
from server.failures import Failure
from server.operators.comparing import compared
from server.operators.records import Records, acting, opened
from server.operators.tables import Column, Page, moment
from server.operators.tables import plain as shown
from server.settings import Settings
from server.sikka.errors import SikkaError
from store.office_profiles import OfficeProfile
from store.offices import Office

PROFILE: Final = "profile"
VALUES: Final = (Column("Key", "key", shown), Column("Value", "value", shown), Column("From", "from", shown))


@dataclass(frozen=True)
class Wanted:
    """Which office, who asks, and how a change is agreed to.

    Attributes:
        office: D10001/1 or D10001; "" for the only one.
        agree: asked before anything is changed; False ends it there.
    """

    office: str
    by: str = ""
    agree: Callable[[], bool] = bool


async def show(settings: Settings, page: Page, wanted: Wanted) -> int:
    """How an office stands: who applied what and when, and every value that holds."""
    async with opened(settings) as records:
        office = one_office(records, wanted.office)
        kept = await records.store.profiles.get(office.id)
    charter = read_charter(kept.document) if kept.version else EMPTY
    head = _head(records.labels[office.id], kept)
    if page.as_json:
        page.sheet({**head, PROFILE: as_json(charter)})
        return 0
    page.sheet(head)
    page.note("")
    page.listing(_values(charter, settings), VALUES, "")
    return 0


async def export(settings: Settings, page: Page, wanted: Wanted) -> int:
    """The document as it was applied, to the letter. Raises Failure: none was."""
    async with opened(settings) as records:
        office = one_office(records, wanted.office)
        kept = await records.store.profiles.get(office.id)
    if not kept.version:
        raise Failure(
            f"No profile was applied for {records.labels[office.id]}, so there is nothing to export. "
            "Draft one with: chairtime office propose"
        )
    if page.as_json:
        page.sheet({**_head(records.labels[office.id], kept), "document": kept.document})
    else:
        sys.stdout.write(kept.document)
    return 0


async def check(settings: Settings, page: Page, source: str, wanted: Wanted) -> int:
    """Whether a document could be applied. Raises Failure: it could not, with every mistake."""
    charter = await compared_too(settings, document_of(source), wanted.office)
    said = len(list(flat(plain(charter))))
    page.done(f"{source} can be applied. It gives {said} value{'s' * (said != 1)}.", as_json(charter))
    return 0


async def apply(settings: Settings, page: Page, source: str, wanted: Wanted) -> int:
    """Put a document in the place of the one that holds, once the difference was agreed to.

    It holds from the next tool call on, of a running server too. Raises Failure: it has mistakes, or somebody
    else applied another meanwhile.
    """
    document = document_of(source)
    charter = await compared_too(settings, document, wanted.office)
    async with opened(settings) as records:
        office = one_office(records, wanted.office)
        name = records.labels[office.id]
        kept = await records.store.profiles.get(office.id)
        changes = differences(_read(kept), charter)
        if kept.version and document == kept.document:
            page.done(f"{name} holds this very profile already. Nothing was changed.", _head(name, kept))
            return 0
        if not page.as_json:
            page.note(_told(name, kept, changes))
        if not wanted.agree():
            raise Failure("Nothing was applied.")
        with acting(records.store, "office apply", wanted.by, office.id):
            version = await records.store.profiles.apply(
                office.id, document, over=kept.version, by=wanted.by, now=SystemClock().now()
            )
        if version is None:
            raise Failure("Somebody else applied another profile meanwhile. Nothing was changed; look again.")
        record = _head(name, await records.store.profiles.get(office.id))
        page.done(
            f"{name} holds version {version} of its profile now.",
            {**record, "changes": [asdict(change) for change in changes]},
        )
    return 0


async def pause(settings: Settings, page: Page, wanted: Wanted) -> int:
    """From the next tool call on everything becomes a message. Raises Failure: it is paused already."""
    async with opened(settings) as records:
        office = one_office(records, wanted.office)
        name, profiles = records.labels[office.id], records.store.profiles
        with acting(records.store, "office pause", wanted.by, office.id):
            paused = await profiles.pause(office.id, by=wanted.by, now=SystemClock().now())
        if not paused:
            by = (await profiles.get(office.id)).paused_by
            raise Failure(f"{name} was paused by {by} before. Nothing was changed.")
        page.done(
            f"{name} is paused: every wish becomes a message from the next call on. "
            "What was sent before goes its way.",
            _head(name, await profiles.get(office.id)),
        )
    return 0


async def resume(settings: Settings, page: Page, wanted: Wanted) -> int:
    """End a pause. Raises Failure: there is none."""
    async with opened(settings) as records:
        office = one_office(records, wanted.office)
        name, profiles = records.labels[office.id], records.store.profiles
        with acting(records.store, "office resume", wanted.by, office.id):
            resumed = await profiles.resume(office.id)
        if not resumed:
            raise Failure(f"{name} is not paused. Nothing was changed.")
        page.done(
            f"{name} goes on from the next call on. What was noted meanwhile is in the inbox.",
            _head(name, await profiles.get(office.id)),
        )
    return 0


def one_office(records: Records, text: str) -> Office:
    """The office meant; "" is the only one. Raises Failure: none, or several could be meant."""
    found = records.offices if not text else [office for office in records.chosen(text) if office is not None]
    if len(found) != 1:
        several = "Several offices could be meant" if found else "The store knows no office yet"
        raise Failure(f"{several}. Give one with --office; known are: {records.known}.")
    return found[0]


async def known_offices(settings: Settings) -> None:
    """Have Sikka name the offices if the store knows none, and Sikka can be asked."""
    if not settings.has_credentials:
        return
    async with connected(settings) as connection:
        if await connection.store.offices.list():
            return
        with contextlib.suppress(SikkaError):
            await connection.load_offices()


def document_of(source: str) -> str:
    """The text of a file, or of stdin for "-". Raises Failure: it cannot be read."""
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{source} cannot be read ({type(error).__name__}). Nothing was changed.") from None


def checked(document: str) -> Charter:
    """The charter of a document. Raises Failure with every mistake in it, or that it says nothing."""
    try:
        charter = read_charter(document)
    except CharterRefused as refused:
        raise _mistakes(refused) from None
    if charter == EMPTY:  # what a draft that failed leaves behind; applied, it would pass for reviewed
        raise Failure(
            "The document says nothing. Nothing was changed. Draft one with: chairtime office propose"
        )
    return charter


async def compared_too(settings: Settings, document: str, office: str) -> Charter:
    """The charter of a document, its names compared with those that the office's system lists.

    Where the lists cannot be had that is said, and the document is not held up. Raises Failure, as `checked`.
    """
    charter = checked(document)
    await known_offices(settings)
    try:
        left = await compared(settings, document, charter, office)
    except CharterRefused as refused:
        raise _mistakes(refused) from None
    if left:
        errors.print(left, markup=False, soft_wrap=True)
    return charter


def _mistakes(refused: CharterRefused) -> Failure:
    count = len(refused.problems)
    return Failure(f"{count} mistake{'s' * (count > 1)}. Nothing was changed.\n{refused}")


def as_json(charter: Charter) -> dict[str, Any]:
    """A charter's values for a program: days as ISO text."""
    return _jsonable(plain(charter))


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _jsonable(item) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType] - plain values of any depth
    if isinstance(value, list):
        return [_jsonable(item) for item in value]  # pyright: ignore[reportUnknownVariableType] - as above
    return value.isoformat() if isinstance(value, date) else value


def _read(kept: OfficeProfile) -> Charter:
    """What holds now; nothing where the document was applied by a program that knew other keys."""
    try:
        return read_charter(kept.document) if kept.version else EMPTY
    except CharterRefused:
        return EMPTY


def _head(name: str, kept: OfficeProfile) -> dict[str, Any]:
    return {
        "office": name,
        "reviewed": kept.version > 0,
        "version": kept.version,
        "applied_at": moment(kept.applied_at),
        "applied_by": kept.applied_by,
        "paused_at": moment(kept.paused_at),
        "paused_by": kept.paused_by,
    }


def _values(charter: Charter, settings: Settings) -> list[dict[str, str]]:
    """Every value that the document says, and what holds of the policy without it."""
    said = [{"key": path, "value": value, "from": PROFILE} for path, value in flat(plain(charter))]
    held: dict[str, Any] = asdict(policy_of(charter, settings))
    unsaid = {
        name: value for name, value in held.items() if name not in charter.policy and value not in (None, "")
    }
    names = {"lead_minutes", "horizon_days", "offline", "emergency_text", "max_copy_age_minutes"}
    return said + [
        {
            "key": f"policy.{name}",
            "value": ", ".join(sorted(value)) if name == "only_requested" else str(value),
            "from": "setting" if name in names else "default",
        }
        for name, value in unsaid.items()
    ]


def _told(name: str, kept: OfficeProfile, changes: list[Difference]) -> str:
    if not kept.version:
        lead = f"Nobody has applied a profile for {name} yet. This one says:"
    elif changes:
        lead = f"In the place of version {kept.version}, applied by {kept.applied_by}, this one changes:"
    else:
        lead = f"It says the same as version {kept.version}, in other words or another order."
    return "\n".join([lead, *(f"  {change}" for change in changes)])
