"""Every setting, read from the environment; the descriptions are the documentation's source."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from server.connection_settings import LOOPBACK, ConnectionSettings, Seconds, listed

__all__ = ["EMERGENCY_TEXT", "LOOPBACK", "TOOLSET_NAMES", "Seconds", "Settings", "environment_names"]

SIKKA_BASE_URL: Final = "https://api.sikkasoft.com/v4"
TOOLSET_NAMES: Final = ("scheduling", "frontoffice", "billing")
EMERGENCY_TEXT: Final = (
    "If you have trouble breathing or swallowing, call 911 or go to an emergency room right now."
)


class Settings(ConnectionSettings):
    """The configuration of one process. Field descriptions say what a setting does and in which unit."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )

    sikka_base_url: str = Field(
        default=SIKKA_BASE_URL,
        validation_alias="SIKKA_BASE_URL",
        description="Root of the API; http only on loopback.",
    )
    sikka_app_id: SecretStr = Field(
        default=SecretStr(""), validation_alias="SIKKA_APP_ID", description="App-Id from Sikka's API portal."
    )
    sikka_app_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="SIKKA_APP_KEY",
        description="App-Key from Sikka's API portal.",
    )
    office: str = Field(
        default="",
        validation_alias="CHAIRTIME_OFFICE",
        description=(
            "Comma list of office_id[/practice_id]: only these are loaded, polled or served. "
            "stdio takes exactly one. May be left out where Sikka shows a single one."
        ),
    )
    timezone: str = Field(
        default="",
        validation_alias="CHAIRTIME_TIMEZONE",
        description=(
            "One zone for all offices of this server, such as America/New_York; else each has what Sikka "
            "names. With several, leave it out and set zone in the profiles, which beat it."
        ),
    )
    database_url: str = Field(
        default="",
        validation_alias="CHAIRTIME_DATABASE_URL",
        description=(
            "sqlite:///abs/path.db, or sqlite:relative.db; "
            "default chairtime.sqlite3 in the user's data directory."
        ),
    )
    key_file: Path | None = Field(
        default=None,
        validation_alias="CHAIRTIME_KEY_FILE",
        description="File with the sealing keys: base64 of 32 bytes, one a line, newest first.",
    )
    key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="CHAIRTIME_KEY",
        description="The sealing keys themselves; beats the file. Without either, <database>.key is made.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias="CHAIRTIME_LOG_LEVEL", description="How much is logged, to stderr."
    )
    call_deadline_seconds: Seconds = Field(
        default=3.5,
        validation_alias="CHAIRTIME_CALL_DEADLINE_SECONDS",
        description="Every tool answers within this; voice runtimes give up after 5.",
    )
    write_wait_seconds: Seconds = Field(
        default=2.0,
        validation_alias="CHAIRTIME_WRITE_WAIT_SECONDS",
        description="How long a tool that writes waits for the outcome before it says pending.",
    )
    check_wait_seconds: Seconds = Field(
        default=3.0,
        validation_alias="CHAIRTIME_CHECK_WAIT_SECONDS",
        description="The most that check_writeback waits.",
    )
    slot_check_seconds: Seconds = Field(
        default=1.2,
        validation_alias="CHAIRTIME_SLOT_CHECK_SECONDS",
        description=(
            "How long the last look at a slot may take; past it the kept copy decides, and without one "
            "nothing is sent."
        ),
    )
    consent_seconds: float = Field(
        default=2.0,
        ge=0,
        validation_alias="CHAIRTIME_CONSENT_SECONDS",
        description="A yes counts only this long after the offer or the read-back was given.",
    )
    news_gap_seconds: float = Field(
        default=2.0,
        ge=0,
        validation_alias="CHAIRTIME_NEWS_GAP_SECONDS",
        description="News counts as heard when a later call comes this long after it was told.",
    )
    send_within_seconds: Seconds = Field(
        default=600.0,
        validation_alias="CHAIRTIME_SEND_WITHIN_SECONDS",
        description="An unsent write older than this is given up (never past the appointment's start).",
    )
    overdue_seconds: Seconds = Field(
        default=300.0,
        validation_alias="CHAIRTIME_OVERDUE_SECONDS",
        description="A submitted write without an outcome is overdue after this.",
    )
    watch_days: Annotated[float, Field(gt=0)] = Field(
        default=7.0,
        validation_alias="CHAIRTIME_WATCH_DAYS",
        description="Days for which an overdue or uncertain write is watched.",
    )
    poll_seconds: Seconds = Field(
        default=0.8,
        validation_alias="CHAIRTIME_POLL_SECONDS",
        description="Between two looks at a write while a caller waits; all slower looks scale with it.",
    )
    lease_seconds: Seconds = Field(
        default=45.0,
        validation_alias="CHAIRTIME_LEASE_SECONDS",
        description="How long a process holds a row it sends; longer than one request to Sikka can take.",
    )
    look_seconds: Seconds = Field(
        default=15.0,
        validation_alias="CHAIRTIME_LOOK_SECONDS",
        description="How long a process holds a row it looks for; after a crash another goes on then.",
    )
    key_margin_seconds: Seconds = Field(
        default=3600.0,
        validation_alias="CHAIRTIME_KEY_MARGIN_SECONDS",
        description="Request keys are renewed this long before they expire (at half their life at most).",
    )
    key_pause_seconds: Seconds = Field(
        default=60.0,
        validation_alias="CHAIRTIME_KEY_PAUSE_SECONDS",
        description="The key keeper never renews one office's key more often than this.",
    )
    freshness_seconds: Seconds = Field(
        default=60.0,
        validation_alias="CHAIRTIME_FRESHNESS_SECONDS",
        description="Between two questions how fresh Sikka's copies are (one call for all offices).",
    )
    profile_seconds: Seconds = Field(
        default=600.0,
        validation_alias="CHAIRTIME_PROFILE_SECONDS",
        description="How long providers, chairs, schedules and vocabularies of an office are kept in memory.",
    )
    read_timeout_seconds: Seconds = Field(
        default=20.0,
        validation_alias="CHAIRTIME_READ_TIMEOUT_SECONDS",
        description="How long Sikka may be silent before an answer counts as lost.",
    )
    rate_reserve: float = Field(
        default=0.2,
        ge=0,
        lt=1,
        validation_alias="CHAIRTIME_RATE_RESERVE",
        description="Share of Sikka's rate limit that background calls leave to callers.",
    )
    horizon_days: Annotated[int, Field(gt=0, le=366)] = Field(
        default=90,
        validation_alias="CHAIRTIME_HORIZON_DAYS",
        description="How far ahead times are offered, in days.",
    )
    lead_minutes: Annotated[int, Field(ge=0)] = Field(
        default=60,
        validation_alias="CHAIRTIME_LEAD_MINUTES",
        description="The earliest time offered is this many minutes from now.",
    )
    hold_seconds: Seconds = Field(
        default=300.0,
        validation_alias="CHAIRTIME_HOLD_SECONDS",
        description="How long a time that was offered in one call is offered in no other.",
    )
    handle_minutes: Annotated[float, Field(gt=0)] = Field(
        default=30.0,
        validation_alias="CHAIRTIME_HANDLE_MINUTES",
        description="How long patient, slot and appointment handles can be used.",
    )
    writeback_handle_days: Annotated[float, Field(gt=0)] = Field(
        default=7.0,
        validation_alias="CHAIRTIME_WRITEBACK_HANDLE_DAYS",
        description="How long writeback handles can be used.",
    )
    shutdown_seconds: Seconds = Field(
        default=1.5,
        validation_alias="CHAIRTIME_SHUTDOWN_SECONDS",
        description="How long a stop waits for a send in flight; a host ends a stdio server after 2.",
    )

    toolsets: str = Field(
        default="scheduling",
        validation_alias="CHAIRTIME_TOOLSETS",
        description=f"Comma list of the tools shown: {', '.join(TOOLSET_NAMES)}.",
    )
    read_only: bool = Field(
        default=False,
        validation_alias="CHAIRTIME_READ_ONLY",
        description="Takes away every tool that writes; beats every other setting.",
    )
    new_patient_provider: str = Field(
        default="",
        validation_alias="CHAIRTIME_NEW_PATIENT_PROVIDER",
        description="Provider id given to patients who register; else the provider of the time they chose.",
    )
    offline: Literal["queue", "refuse"] = Field(
        default="queue",
        validation_alias="CHAIRTIME_OFFLINE",
        description="While the office's PC is off: queue keeps a request until it is back, refuse does not.",
    )
    unreviewed: Literal["request", "book"] = Field(
        default="request",
        validation_alias="CHAIRTIME_UNREVIEWED",
        description=(
            "An office whose profile nobody has applied: request leaves every wish to its people; "
            "book acts on it, for trials."
        ),
    )
    max_copy_age_minutes: Annotated[int, Field(gt=0, le=525_600)] = Field(
        default=30,
        validation_alias="CHAIRTIME_MAX_COPY_AGE_MINUTES",
        description="While Sikka's copy is older, only starts beyond two working days are booked outright.",
    )
    queued_days: Annotated[float, Field(gt=0)] = Field(
        default=7.0,
        validation_alias="CHAIRTIME_QUEUED_DAYS",
        description="Days for which a queued request that is not about an appointment is kept.",
    )
    look_first_seconds: Seconds = Field(
        default=30.0,
        validation_alias="CHAIRTIME_LOOK_FIRST_SECONDS",
        description="A write whose answer was lost is first looked for this long after it was sent.",
    )
    look_second_seconds: Seconds = Field(
        default=120.0,
        validation_alias="CHAIRTIME_LOOK_SECOND_SECONDS",
        description="Not there at this second look either, a lost write counts as never arrived.",
    )
    untold_seconds: Seconds = Field(
        default=120.0,
        validation_alias="CHAIRTIME_UNTOLD_SECONDS",
        description="A failure that no caller was told of within this becomes a task for the office.",
    )
    doubt_seconds: Seconds = Field(
        default=3600.0,
        validation_alias="CHAIRTIME_DOUBT_SECONDS",
        description="A write whose answer was lost becomes a task when looking has not settled it by then.",
    )
    flag_seconds: Seconds = Field(
        default=10.0,
        validation_alias="CHAIRTIME_FLAG_SECONDS",
        description="Between two looks for writes that should become a task.",
    )
    attempts: str = Field(
        default="5, 10, 10, 60",
        pattern=r"^\s*[1-9]\d{0,5}(\s*,\s*[1-9]\d{0,5}){3}\s*$",
        validation_alias="CHAIRTIME_ATTEMPTS",
        description=(
            "Failed tries to be recognised before only a person helps: in a call, by a number and at a "
            "patient in a day, in an office in an hour."
        ),
    )
    emergency_text: str = Field(
        default=EMERGENCY_TEXT,
        max_length=140,
        validation_alias="CHAIRTIME_EMERGENCY_TEXT",
        description="The office's own words for a caller with an emergency; at most 140 characters.",
    )
    mirror: Literal["on", "off"] = Field(
        default="on",
        validation_alias="CHAIRTIME_MIRROR",
        description="on: reads are answered from a sealed copy of the office kept here; off: live by Sikka.",
    )
    mirror_look_seconds: Seconds = Field(
        default=2.0,
        validation_alias="CHAIRTIME_MIRROR_LOOK_SECONDS",
        description="Between two looks whether a kept copy has to be brought up to date; Sikka is not asked.",
    )
    mirror_behind_seconds: Seconds = Field(
        default=300.0,
        validation_alias="CHAIRTIME_MIRROR_BEHIND_SECONDS",
        description="A kept copy that is this long behind Sikka's is read only where Sikka does not answer.",
    )
    mirror_reconcile_hours: Annotated[float, Field(gt=0)] = Field(
        default=24.0,
        validation_alias="CHAIRTIME_MIRROR_RECONCILE_HOURS",
        description="Between two full readings of an office, which find what was deleted there.",
    )
    mirror_overlap_hours: Annotated[float, Field(ge=0)] = Field(
        default=26.0,
        validation_alias="CHAIRTIME_MIRROR_OVERLAP_HOURS",
        description="How far a reading of changes reaches back before the last; zones are 26 hours apart.",
    )
    mirror_page_rows: Annotated[int, Field(gt=0, le=5000)] = Field(
        default=5000,
        validation_alias="CHAIRTIME_MIRROR_PAGE_ROWS",
        description="Rows to a page while an office is read; Sikka gives 5000 at most.",
    )
    mirror_lease_seconds: Seconds = Field(
        default=90.0,
        validation_alias="CHAIRTIME_MIRROR_LEASE_SECONDS",
        description="How long a process holds an office it reads; after a crash another goes on then.",
    )
    mirror_idle_minutes: Annotated[float, Field(gt=0)] = Field(
        default=30.0,
        validation_alias="CHAIRTIME_MIRROR_IDLE_MINUTES",
        description="A copy that no call has used for this long is taken out of memory.",
    )
    keep_writes_days: Annotated[float, Field(ge=14)] = Field(
        default=90.0,
        validation_alias="CHAIRTIME_KEEP_WRITES_DAYS",
        description="Days after which a settled write is blanked: its history stays, what it said does not.",
    )
    keep_tasks_days: Annotated[float, Field(ge=14)] = Field(
        default=90.0,
        validation_alias="CHAIRTIME_KEEP_TASKS_DAYS",
        description="Days after which a task of the inbox that is done is deleted.",
    )
    keep_copies_days: Annotated[float, Field(gt=0)] = Field(
        default=14.0,
        validation_alias="CHAIRTIME_KEEP_COPIES_DAYS",
        description="Days after which the copy of an office that is served no more is deleted.",
    )
    retention_minutes: Annotated[float, Field(gt=0)] = Field(
        default=15.0,
        validation_alias="CHAIRTIME_RETENTION_MINUTES",
        description="Between two looks for what has been kept long enough.",
    )
    transfer_number: str = Field(
        default="",
        max_length=24,
        validation_alias="CHAIRTIME_TRANSFER_NUMBER",
        description="The number to which the agent can transfer an urgent call.",
    )

    @model_validator(mode="after")
    def _plain_http_stays_on_this_machine(self) -> Self:
        parts = urlsplit(self.sikka_base_url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("SIKKA_BASE_URL must be https, or http on loopback")
        return self

    @field_validator("toolsets")
    @classmethod
    def _only_toolsets_that_exist(cls, value: str) -> str:
        unknown = [name for name in listed(value) if name not in TOOLSET_NAMES]
        if unknown or not listed(value):
            raise ValueError(f"must be a comma list of {', '.join(TOOLSET_NAMES)}")
        return value

    @property
    def shown_toolsets(self) -> frozenset[str]:
        """The names in CHAIRTIME_TOOLSETS."""
        return frozenset(listed(self.toolsets))

    @property
    def most_attempts(self) -> tuple[int, ...]:
        """The four numbers of CHAIRTIME_ATTEMPTS: of a call, a number, a patient, an office."""
        return tuple(int(number) for number in self.attempts.split(","))

    @property
    def has_credentials(self) -> bool:
        """Whether both halves of the application's credentials are set."""
        return bool(self.sikka_app_id.get_secret_value() and self.sikka_app_key.get_secret_value())

    @property
    def chosen_offices(self) -> tuple[tuple[str, str], ...]:
        """(office_id, practice_id) of CHAIRTIME_OFFICE; practice_id "" means any of that office."""
        return _pairs(self.office)


@lru_cache
def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.strip().partition("/") for part in text.split(","))
    return tuple((office.strip(), practice.strip()) for office, _, practice in pairs if office.strip())


def environment_names() -> dict[str, str]:
    """Environment variable -> description, for the documentation and its test."""
    return {str(field.validation_alias): field.description or "" for field in Settings.model_fields.values()}
