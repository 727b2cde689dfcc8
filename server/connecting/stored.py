"""Fills in from the store what the environment leaves out: credentials, their API root, chosen offices."""

from server.operators.records import opened
from server.places import database_path
from server.settings import Settings
from store.credentials import Given
from store.database import parse_url


async def completed(settings: Settings) -> Settings:
    """The settings with what `chairtime connect` has stored, where they do not say otherwise.

    Raises StoreError: there is a store, and it cannot be opened.
    """
    if settings.has_credentials and settings.chosen_offices:
        return settings
    given = await stored(settings)
    return settings if given is None else filled_in(settings, given)


async def stored(settings: Settings) -> Given | None:
    """What `chairtime connect` has stored. No store is made to look into. Raises StoreError."""
    if not parse_url(settings.database_url, database_path()).exists():
        return None
    async with opened(settings) as records:
        return await records.store.credentials.get()


def filled_in(settings: Settings, given: Given) -> Settings:
    """The settings with what was given before in the place of what they leave out.

    A pair is taken whole or not at all, and goes to no other root than the one it was given for.
    """
    if "sikka_base_url" in settings.model_fields_set and settings.sikka_base_url != given.base_url:
        return settings
    own = (settings.sikka_app_id.get_secret_value(), settings.sikka_app_key.get_secret_value())
    if any(own) and own[0] != given.app_id:
        return settings
    stored: dict[str, str] = {}
    if not any(own):
        stored = {
            "SIKKA_APP_ID": given.app_id,
            "SIKKA_APP_KEY": given.app_key,
            "SIKKA_BASE_URL": given.base_url,
        }
    if not settings.chosen_offices:
        stored["CHAIRTIME_OFFICE"] = given.offices
    return with_values(settings, **stored)


def with_values(settings: Settings, **values: str) -> Settings:
    """The settings with other values, by the environment's names; checked as any."""
    said = {name: getattr(settings, name) for name in settings.model_fields_set}
    return Settings.model_validate({**said, **_by_field(values)})


def _by_field(values: dict[str, str]) -> dict[str, str]:
    names = {str(field.validation_alias): name for name, field in Settings.model_fields.items()}
    return {names[alias]: value for alias, value in values.items()}
