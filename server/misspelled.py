"""Names in the environment that look like settings and are none: a wish that nobody would see to."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

OURS: Final = ("CHAIRTIME_", "SIKKA_")
# Read by what stands around the server: snippets, deploy/switch, the tests; or told by it.
OF_OTHERS: Final = frozenset(
    {"CHAIRTIME_ADDRESS", "CHAIRTIME_PYTHON", "CHAIRTIME_TOKEN", "CHAIRTIME_UPSTREAM", "CHAIRTIME_URL"}
)
# From here on a name is taken for a slip. What is less alike may be another program's: Kubernetes sets
# CHAIRTIME_SERVICE_HOST and its like for a service of our name.
ALIKE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Stranger:
    """A name that is no setting's.

    Attributes:
        nearest: the setting whose name is most like it.
        meant: whether it is so like it that it must have been meant.
    """

    name: str
    nearest: str
    meant: bool

    def __str__(self) -> str:
        return f"{self.name} is the name of no setting. The nearest is {self.nearest}."


def strangers(names: Iterable[str], known: Iterable[str]) -> list[Stranger]:
    """Those of the environment's names that begin like ours and are no setting's, in any case of letters."""
    settings = sorted(known)
    taken = OF_OTHERS.union(settings)
    return [
        _judged(name, settings)
        for name in sorted(names)
        if name.upper().startswith(OURS) and name.upper() not in taken
    ]


def _judged(name: str, settings: list[str]) -> Stranger:
    likeness, nearest = max((_likeness(name, each), each) for each in settings)
    return Stranger(name, nearest, likeness >= ALIKE)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, _bare(one), _bare(other)).ratio()


def _bare(name: str) -> str:
    """Without what all have in common, and without what is most often left out."""
    return name.upper().partition("_")[2].replace("_", "")
