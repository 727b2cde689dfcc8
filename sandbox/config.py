"""What a world is made of: offices, delays, limits, and the switches."""

from dataclasses import dataclass
from datetime import date

from sandbox.switches import Switches


@dataclass(frozen=True, slots=True)
class OfficeSpec:
    """One installation of a practice's software.

    `pms` names a row of `sandbox.pms.PROFILES`; `zone` is a Windows zone name, as Sikka shows it;
    `more_practice_ids` are further locations in the same installation; `denied` are API names
    ("writeback_status", "POST appointment") outside this office's plan.
    """

    office_id: str = "D10001"
    practice_id: str = "1"
    pms: str = "OpenDental"
    patients: int = 120
    zone: str = "Eastern Standard Time"
    more_practice_ids: tuple[str, ...] = ()
    denied: frozenset[str] = frozenset()


THREE_OFFICES: tuple[OfficeSpec, ...] = (
    OfficeSpec("D10001", "1", "OpenDental"),
    OfficeSpec("D20002", "1", "Dentrix", zone="Central Standard Time"),
    OfficeSpec("D30003", "1", "Eaglesoft", zone="Pacific Standard Time"),
)

# one office for each software that the sandbox imitates
EVERY_PMS: tuple[OfficeSpec, ...] = (
    *THREE_OFFICES,
    OfficeSpec("D40004", "1", "OrthoTrac"),
    OfficeSpec("D50005", "1", "Dolphin", zone="Mountain Standard Time"),
    OfficeSpec("D60006", "1", "ClearDent"),
    OfficeSpec("D70007", "1", "PlanetDDS", zone="Pacific Standard Time"),
    OfficeSpec("D80008", "1", "DentrixG6", zone="Central Standard Time"),
)


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """All settings of a world; every one has a default.

    Durations are seconds. `refresh_seconds` 0 means that the copy changes only on demand. `today` is the
    practice's day around which the calendar is laid: a week back, eight weeks ahead. `denied` are API
    names refused to the app in every office. `load_seconds` is how long a load takes after a refresh.
    """

    seed: int = 7
    offices: tuple[OfficeSpec, ...] = (OfficeSpec(),)
    writeback_seconds: tuple[float, float] = (15.0, 120.0)
    refresh_seconds: float = 900.0
    load_seconds: float = 0.0
    key_seconds: float = 86400.0
    rate_limit: int = 250
    rate_window: float = 60.0
    desk: bool = True
    desk_seconds: float = 1200.0
    today: date | None = None
    app_id: str = "sandbox-app-id-not-a-secret-0000"
    app_key: str = "sandbox-app-key-not-a-secret-000"
    denied: frozenset[str] = frozenset()
    switches: Switches = Switches()  # noqa: RUF009 - frozen, so one shared default is safe
