"""The client put together: over one pool, one set of keys, one rate budget an office."""

from anyio.abc import TaskGroup

from server.clock import Clock
from server.sikka.application import Application
from server.sikka.budget import RateBudget
from server.sikka.keys import Keys, KeyStore
from server.sikka.office_calls import OfficeCalls
from server.sikka.transport import Transport


class Sikka:
    """The ONE API v4, for all offices of one application.

    Calls made `live` are for a caller who waits: they go first, are tried twice at most, and fail at
    once at the rate limit. The others stand back and wait.

    Args:
        transport: the process's pool.
        store: where request keys are kept.
        tasks: where renewals of keys run; it must outlive every call.
        app_id: 32 characters from Sikka's portal.
        app_key: likewise.
        clock: for expiry and for the rate limit's window.
        reserve_share: the share of the rate limit kept free for live calls.
    """

    def __init__(
        self,
        transport: Transport,
        store: KeyStore,
        tasks: TaskGroup,
        *,
        app_id: str,
        app_key: str,
        clock: Clock,
        reserve_share: float = 0.2,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._reserve_share = reserve_share
        self._credentials = (app_id, app_key)
        self._budgets: dict[str, RateBudget] = {}
        self.keys = Keys(
            transport,
            store,
            self.application(live=True).secret_of,
            tasks,
            app_id=app_id,
            app_key=app_key,
            clock=clock,
        )

    def budget(self, office_id: str) -> RateBudget:
        """The rate budget of an office; "" is the application's own."""
        return self._budgets.setdefault(office_id, RateBudget(self._clock, reserve_share=self._reserve_share))

    def application(self, *, live: bool) -> Application:
        """Calls in the application's own name."""
        app_id, app_key = self._credentials
        return Application(self._transport, self.budget(""), app_id=app_id, app_key=app_key, live=live)

    def office(self, office_id: str, *, live: bool) -> OfficeCalls:
        """Calls in an office's name."""
        return OfficeCalls(self._transport, self.budget(office_id), self.keys, office_id, live=live)
