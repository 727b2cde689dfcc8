"""Telephone numbers as they are kept, sent and searched for."""

from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

NANP_COUNTRY_CODE: Final = 1
# Sikka's `practices.country` is free text; the region is needed only to read numbers without a prefix.
REGIONS: Final[dict[str, str]] = {
    "us": "US",
    "usa": "US",
    "united states": "US",
    "united states of america": "US",
    "ca": "CA",
    "canada": "CA",
    "gb": "GB",
    "uk": "GB",
    "united kingdom": "GB",
    "au": "AU",
    "australia": "AU",
    "nz": "NZ",
    "new zealand": "NZ",
    "ie": "IE",
    "ireland": "IE",
}


def region_of(country: str) -> str:
    """The two-letter region of a practice's country; US where it is empty or not known."""
    return REGIONS.get(country.strip().casefold(), "US")


def normal_phone(text: str, region: str = "US") -> str:
    """One spelling per number: ten digits for North America, E.164 elsewhere, "" if it is no number.

    Ten digits, because that is what live integrations send and ClearDent demands.
    """
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return ""
    # Seven digits without an area code would pass for "possible", and find nobody or somebody else.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return ""
    if number.country_code == NANP_COUNTRY_CODE:
        return str(number.national_number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def search_spellings(normal: str) -> tuple[str, ...]:
    """How to spell a normal number in a filter: whether Sikka ignores punctuation is not documented."""
    if len(normal) == 10 and normal.isdigit():  # noqa: PLR2004 - a North American number has ten digits
        return (normal, f"{normal[:3]}-{normal[3:6]}-{normal[6:]}")
    return (normal,)


def same_phone(one: str, other: str, region: str = "US") -> bool:
    """Whether two spellings are one number; False if either is none."""
    normal = normal_phone(one, region)
    return bool(normal) and normal == normal_phone(other, region)
