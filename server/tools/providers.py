"""Whom a caller asks for: by the name that is said of them here, or by that in the practice's system."""

from typing import Final, NamedTuple

from server.desk.naming import name_in
from server.desk.office import NAME_CHARACTERS, NAME_WORDS, Profile
from server.desk.people.matching import passes, score_name
from server.tools.arguments import BadArgument
from server.tools.call import Call
from server.tools.speech import spoken_list

PROVIDER_SCORE: Final = 0.87  # as a surname is heard: "Marsch" for Marsh, but not "Martin"
MOST_NAMED: Final = 3  # as many as a caller can choose from by ear


class _Fit(NamedTuple):
    """How well words fit a provider, what tells most first: of two Marshes the one of that first name.

    Where nothing else tells them apart, the name said aloud does: whoever was asked "Dr. Ellie or
    Dr. Marsh?" answers in these words.
    """

    best: float
    whole: float = 0.0
    spoken: float = 0.0
    as_told: bool = False  # title and all: "Dr. Ellie" is not Ellie, the hygienist


def provider_named(call: Call, profile: Profile, words: str) -> str:
    """The id of the provider a caller names; "" for none.

    Raises:
        BadArgument: nobody there has such a name, or several have it.
    """
    if not words:
        return ""
    fits = {number: _fit(profile, number, words) for number in profile.providers}
    best = max(fits.values(), default=_Fit(0.0))
    if best.best < PROVIDER_SCORE:
        raise BadArgument("provider")
    alike = [number for number, fit in fits.items() if fit == best]
    people = _told_apart(profile, alike)
    if len(people) > 1:
        raise BadArgument("which_provider", one_of=spoken_list(people[:MOST_NAMED], "or", call.voice))
    return alike[0]


def _fit(profile: Profile, number: str, words: str) -> _Fit:
    row, told = profile.providers[number], profile.spoken_providers.get(number, "")
    score = score_name(words, row.firstname, row.lastname)
    spoken = score_name(words, told, "").first
    spoken = spoken if spoken >= PROVIDER_SCORE else 0.0
    best = max(score.total, score.last, score.first if row.firstname else 0.0, spoken)
    return _Fit(best, score.total if passes(score) else 0.0, spoken, _plain(words) == _plain(told))


def _plain(name: str) -> str:
    return name.replace(".", "").casefold()


def _told_apart(profile: Profile, numbers: list[str]) -> list[str]:
    """Names by which a caller can choose; fewer than two where the office holds one person several times."""
    spoken = {profile.spoken_providers.get(number, "") for number in numbers} - {""}
    if len(spoken) == len(numbers):
        return [profile.spoken_providers[number] for number in numbers]
    rows = [profile.providers[number] for number in numbers]
    whole = [name_in(f"{row.firstname} {row.lastname}", NAME_WORDS)[:NAME_CHARACTERS] for row in rows]
    return [name for name in dict.fromkeys(whole) if name]
