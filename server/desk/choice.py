"""Which offices this process works for: those of CHAIRTIME_OFFICE, or all that Sikka shows."""

from server.settings import Settings
from store.offices import Office, Offices


def is_chosen(settings: Settings, office_id: str, practice_id: str) -> bool:
    """Whether the setting takes a practice in; an empty setting takes all."""
    chosen = settings.chosen_offices
    return not chosen or any(
        office_id == wanted and practice_id == (practice or practice_id) for wanted, practice in chosen
    )


async def chosen_offices(offices: Offices, settings: Settings, office_id: str | None = None) -> list[Office]:
    """The offices in the store that this process loads, polls and serves; given an office_id, those of it."""
    return [
        office
        for office in await offices.list(office_id)
        if is_chosen(settings, office.office_id, office.practice_id)
    ]
