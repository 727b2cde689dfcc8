"""Request keys and refresh keys: both grants, their lives, and who may call what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sandbox.config import SandboxConfig
from sandbox.office import Office
from sandbox.replies import ApiError

_ALPHABET = "abcdef0123456789"
HOW_TO_GET_A_KEY = "Please provide correct requestkey"

# scope as the official sample writes it: reads by their name, other methods with the method before it
SCOPE: tuple[str, ...] = (
    "appointment_statuses",
    "appointments",
    "appointments_available_slots",
    "insurance_companies",
    "insurance_company_details",
    "medical_notes",
    "note_types",
    "operatories",
    "patient_balance",
    "patient_statuses",
    "patients",
    "payment_types",
    "pms_users",
    "practice_schedule",
    "practice_variables",
    "practices",
    "providers",
    "reminders",
    "request_key_info",
    "subscribers",
    "transactions",
    "writeback_details",
    "writeback_status",
    "POST appointment",
    "PATCH appointments",
    "PUT appointments",
    "POST patient",
    "PATCH patient",
    "POST medical_notes",
    "POST transaction",
)


@dataclass(slots=True)
class RequestKey:
    """One request key; times are UTC epoch seconds."""

    key: str
    refresh_key: str
    office_id: str
    started_at: float
    ends_at: float
    count: int = 0

    @property
    def masked(self) -> str:
        """The key as GET /writebacks echoes it: ten characters, eleven stars, six characters."""
        return f"{self.key[:10]}{'*' * 11}{self.key[-6:]}"


class KeyRing:
    """All keys of the app, and the checks every request passes."""

    def __init__(
        self,
        config: SandboxConfig,
        offices: Mapping[str, Office],
        now: Callable[[], float],
        rng: Random,
    ) -> None:
        self._config = config
        self._offices = offices
        self._now = now
        self._rng = rng
        self._keys: dict[str, RequestKey] = {}
        self._refresh_keys: dict[str, str] = {}
        self._spent: set[str] = set()

    def check_app(self, app_id: str, app_key: str) -> None:
        """Refuse what is not the app's id and key."""
        if not app_id:
            raise ApiError("API1001", "App-Id is missing/invalid", "Please provide correct App-Id")
        if not app_key:
            raise ApiError("API1002", "App-Key is missing/invalid", "Please provide correct App-Key")
        if (app_id, app_key) != (self._config.app_id, self._config.app_key):
            raise ApiError("API2003", "App-Id or App-Key is incorrect.")

    def find(self, key: str) -> RequestKey | None:
        """The request key, expired or not; None when nobody was given it."""
        return self._keys.get(key)

    def check(self, key: str) -> RequestKey:
        """The request key if it is one and lives; counts the request."""
        found = self._keys.get(key)
        if found is None:
            raise ApiError("API1004", "Requestkey is missing/invalid", HOW_TO_GET_A_KEY)
        if self._now() >= found.ends_at:
            raise ApiError("API1025", "Request key expired. Please generate new request key.")
        found.count += 1
        return found

    def office_for_grant(self, body: dict[str, str]) -> str:
        """The office a grant's body is about, unchecked; "" when it names none."""
        return body.get("office_id", "") or self._refresh_keys.get(body.get("refresh_key", ""), "")

    def grant(self, body: dict[str, str]) -> RequestKey:
        """A new request key by `grant_type` request_key (office and secret) or refresh_key."""
        self.check_app(body.get("app_id", ""), body.get("app_key", ""))
        kind = body.get("grant_type", "")
        if not kind:
            raise ApiError("API1020", "grant_type is missing")
        if kind == "request_key":
            return self._first_grant(body)
        if kind == "refresh_key":
            return self._refresh_grant(body)
        raise ApiError("API1026", "grant_type must be either request_key or refresh_key")

    def _first_grant(self, body: dict[str, str]) -> RequestKey:
        office_id, secret = body.get("office_id", ""), body.get("secret_key", "")
        if not office_id:
            raise ApiError("API1003", "office_id is missing/invalid")
        if not secret:
            raise ApiError("API1005", "Secretkey is missing/invalid")
        office = self._offices.get(office_id)
        if office is None:
            raise ApiError("API2007", "You are not authorized to access this practice.")
        if secret != office.secret_key:
            raise ApiError("API1005", "Secretkey is missing/invalid")
        return self._issue(office_id, self._new_refresh_key(office_id))

    def _refresh_grant(self, body: dict[str, str]) -> RequestKey:
        old = body.get("refresh_key", "")
        if not old:
            raise ApiError("API1020", "refresh_key is missing")
        office_id = self._refresh_keys.get(old)
        switches = self._config.switches
        if office_id is None or (old in self._spent and not switches.old_refresh_key_reusable):
            raise ApiError("API1026", "refresh_key is invalid")
        if switches.refresh_ends_old_request_key:
            self._expire(lambda key: key.refresh_key == old)
        if not switches.refresh_key_rotates:
            return self._issue(office_id, old)
        self._spent.add(old)
        return self._issue(office_id, self._new_refresh_key(office_id))

    def _characters(self) -> str:
        return "".join(self._rng.choices(_ALPHABET, k=32))

    def _new_refresh_key(self, office_id: str) -> str:
        key = self._characters()
        self._refresh_keys[key] = office_id
        return key

    def _issue(self, office_id: str, refresh_key: str) -> RequestKey:
        now = self._now()
        key = RequestKey(self._characters(), refresh_key, office_id, now, now + self._config.key_seconds)
        self._keys[key.key] = key
        return key

    def _expire(self, which: Callable[[RequestKey], bool]) -> int:
        now, ended = self._now(), 0
        for key in self._keys.values():
            if which(key) and key.ends_at > now:
                key.ends_at = now
                ended += 1
        return ended

    def expire_all(self, office_id: str) -> int:
        """End every living request key of an office; how many there were."""
        return self._expire(lambda key: key.office_id == office_id)

    def revoke(self, key: str) -> None:
        """Forget a request key: from now on nobody was ever given it."""
        self._keys.pop(key, None)

    def revoke_refresh_key(self, key: str) -> None:
        """Delete a refresh key; raises ApiError when it is unknown."""
        if self._refresh_keys.pop(key, None) is None:
            raise ApiError("API1026", "refresh_key is invalid")

    def scope(self, denied: set[str]) -> str:
        """The comma list of API names a key may call."""
        return ",".join(name for name in SCOPE if name not in denied)

    def describe(self, key: RequestKey, href: str, denied: set[str]) -> dict[str, str]:
        """The key's row in request_key_info; a grant adds the refresh key to it."""
        office = self._offices[key.office_id]
        left = max(0, int(key.ends_at - self._now()))
        start = office.cloud_time(key.started_at)
        words = self._config.switches.expires_in == "words"
        return {
            "href": href,
            "status": "active",
            "request_key": key.key,
            "start_time": start.isoformat(timespec="seconds"),
            "end_time": (start + timedelta(seconds=key.ends_at - key.started_at)).isoformat(
                timespec="seconds"
            ),
            "expires_in": f"{left} second(s)" if words else str(left),
            "issued_to": key.office_id,
            "request_count": str(key.count),
            "scope": self.scope(denied),
            "domain": "Dental",
        }
