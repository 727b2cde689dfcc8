"""The ledger beside a model of it, through random histories, with two openings of one file and restarts."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from store.ledger_rows import NewWriteback
from store.ledger_states import ALLOWED, BORN, OPEN, RESULT_OF, SETTLED, IllegalArrow, State
from store.opening import open_store

HOLD = 1_000
OWNERS = ("a", "b")
states = st.sampled_from(State)
some_states = st.sets(states, min_size=1)
which = st.integers(0, 1)


@dataclass
class Model:
    """What a row should look like."""

    id: str
    office: int
    state: State
    key: str | None
    appointment: str | None
    born: int
    due: int
    until: int | None = None
    owner: str | None = None
    lease: int | None = None
    attempt: int = 0
    wish: str | None = None
    checks: int = 0
    history: tuple = ()


class LedgerMachine(RuleBasedStateMachine):
    rows = Bundle("rows")
    fences = Bundle("fences")

    @initialize()
    def begin(self):
        self.directory = tempfile.TemporaryDirectory()
        self.file = Path(self.directory.name) / "x.db"
        self.portal_of = start_blocking_portal()
        self.portal = self.portal_of.__enter__()
        self.now = 1_000
        self.model: dict[str, Model] = {}
        self.stores = [self.portal.call(self.opened) for _ in range(2)]
        facts = dict.fromkeys(("practice_name", "pms", "pms_version", "zone_name", "as_of"), "x")
        self.offices = [
            self.do(self.stores[0].offices.upsert, office, "1", secret_key=None, now=0, **facts).id
            for office in "xy"
        ]

    async def opened(self):
        return await open_store(f"sqlite://{self.file}", key_file=None, key_text=None, default_path=self.file)

    def do(self, call, *args, **kwargs) -> Any:
        async def run() -> Any:
            return await call(*args, **kwargs)

        return self.portal.call(run)

    def ledger(self, number):
        return self.stores[number].ledger

    @rule(ms=st.integers(1, 700))
    def time_passes(self, ms):
        self.now += ms

    @rule(number=which)
    def one_is_closed_and_opened_again(self, number):
        self.do(self.stores[number].aclose)
        self.stores[number] = self.portal.call(self.opened)

    @rule(
        target=rows,
        number=which,
        office=which,
        key=st.sampled_from([None, "k1", "k2"]),
        appointment=st.sampled_from([None, "p1"]),
        state=st.sampled_from(sorted(BORN)),
        delay=st.sampled_from([None, 0, 500]),
    )
    def append(self, number, office, key, appointment, state, delay):
        due = None if delay is None else self.now + delay
        new = NewWriteback(
            office=self.offices[office],
            operation="book",
            method="POST",
            endpoint="appointment",
            body={},
            facts={},
            natural_key=key,
            appointment_key=appointment,
            send_before=self.now,
            state=state,
            due_at=due,
        )
        row, made = self.do(self.ledger(number).append, new, self.now)
        holders = [m for m in self.model.values() if key is not None and m.office == office and m.key == key]
        if holders and holders[0].until is not None and holders[0].until <= self.now:
            holders.pop().__dict__.update(key=None, until=None)
        assert made == (not holders)
        if not made:
            assert row.id == holders[0].id
            return multiple()
        self.model[row.id] = Model(
            row.id,
            office,
            state,
            key,
            appointment,
            self.now,
            self.now if due is None else due,
            history=((None, state),),
        )
        return row.id

    @rule(
        target=fences,
        number=which,
        wanted=some_states,
        owner=st.sampled_from(OWNERS),
        limit=st.integers(1, 4),
        office=st.sampled_from([None, 0, 1]),
    )
    def claim(self, number, wanted, owner, limit, office):
        due = [
            m
            for m in self.model.values()
            if m.state in wanted
            and m.due <= self.now
            and (m.lease is None or m.lease <= self.now)
            and office in {None, m.office}
        ]
        claimed = self.do(
            self.ledger(number).claim_due,
            wanted,
            owner=owner,
            now=self.now,
            lease_ms=400,
            limit=limit,
            office=None if office is None else self.offices[office],
        )
        expected = sorted(due, key=lambda m: (m.due, m.id))[:limit]
        assert [row.id for row in claimed] == [m.id for m in expected]
        for m in expected:
            m.owner, m.lease, m.attempt = owner, self.now + 400, m.attempt + 1
        return multiple(*((row.id, row.fence) for row in claimed))

    def change(self, number, row_id, to, expect, fence, appointment=None):
        m = self.model[row_id]
        held = m.state in expect and (fence is None or fence == (m.owner, m.attempt))

        def call():
            return self.do(
                self.ledger(number).change,
                row_id,
                to,
                self.now,
                expect=expect,
                fence=fence,
                checked=True,
                appointment_key=appointment,
                natural_key_hold_ms=HOLD,
            )

        if held and to not in ALLOWED[m.state]:
            try:
                call()
            except IllegalArrow:
                return
            raise AssertionError("an illegal arrow was taken")
        row = call()
        assert (row is None) == (not held)
        if row is not None:
            m.appointment = appointment or m.appointment
            m.checks += 1
            self.enter(m, to, self.now)

    def enter(self, m, to, due):
        m.history += ((m.state, to),)
        m.state, m.due = to, due
        if to is not State.SENDING:
            m.owner = m.lease = None
        if to is State.CONFIRMED:
            m.until = self.now + HOLD
            for other in self.model.values():
                earlier = (other.born, other.id) < (m.born, m.id)
                same = m.appointment and (other.office, other.appointment) == (m.office, m.appointment)
                if same and earlier and other.state is State.CONFIRMED:
                    other.key = other.until = None
        elif to in SETTLED:
            m.key = m.until = None

    @rule(number=which, row=rows, to=states, expect=some_states)
    def anybody_changes(self, number, row, to, expect):
        self.change(number, row, to, expect, None)

    @rule(number=which, row=rows, pick=st.integers(0, 9), appointment=st.sampled_from([None, "p1", "p2"]))
    def a_row_goes_a_legal_way(self, number, row, pick, appointment):
        ways = sorted(ALLOWED[self.model[row].state])
        if ways:
            self.change(number, row, ways[pick % len(ways)], OPEN, None, appointment)

    @rule(number=which, claimed=fences, pick=st.integers(0, 9))
    def who_claimed_it_changes(self, number, claimed, pick):
        row, fence = claimed
        ways = sorted(ALLOWED[self.model[row].state])
        if ways:
            self.change(number, row, ways[pick % len(ways)], OPEN, fence)

    @rule(number=which, claimed=consumes(fences), delay=st.integers(0, 500))
    def who_claimed_it_postpones(self, number, claimed, delay):
        row_id, fence = claimed
        m = self.model[row_id]
        row = self.do(
            self.ledger(number).postpone, row_id, due_at=self.now + delay, now=self.now, fence=fence
        )
        assert (row is not None) == (m.state in OPEN and fence == (m.owner, m.attempt))
        if row is not None:
            m.due, m.owner, m.lease = self.now + delay, None, None

    @rule(number=which, row=rows)
    def wish(self, number, row):
        m = self.model[row]
        self.do(self.ledger(number).wish_withdraw, self.offices[m.office], row, self.now)
        leased = m.lease is not None and m.lease > self.now
        if m.state in {State.QUEUED, State.WAITING} or (m.state is State.INTENT and not leased):
            m.wish = "withdraw"
            self.enter(m, State.WITHDRAWN, self.now)
        elif m.state in OPEN and m.wish is None:
            m.wish, m.due = "withdraw", self.now
            m.history += ((m.state, m.state),)

    @rule(number=which, row=rows)
    def unwish(self, number, row):
        m = self.model[row]
        self.do(self.ledger(number).clear_wish, self.offices[m.office], row, self.now)
        if m.state in OPEN and m.wish is not None:
            m.wish = None
            m.history += ((m.state, m.state),)

    @rule(number=which, owner=st.sampled_from(OWNERS))
    def recover(self, number, owner):
        found = self.do(self.ledger(number).recover, owner, self.now)
        lost = [
            m
            for m in self.model.values()
            if m.state is State.SENDING and (m.owner == owner or m.lease is None or m.lease <= self.now)
        ]
        assert {row.id for row in found} == {m.id for m in lost}
        for m in lost:
            self.enter(m, State.UNCERTAIN, self.now)

    @invariant()
    def every_row_is_as_the_model_says(self):
        if not self.model:
            return
        for number, office in enumerate(self.offices):
            mine = [m for m in self.model.values() if m.office == number]
            rows = self.do(self.ledger(0).many, office, [m.id for m in mine])
            seen = {
                row.id: (
                    row.state,
                    row.result,
                    row.natural_key,
                    row.natural_key_until,
                    row.appointment_key,
                    row.due_at,
                    row.lease_owner,
                    row.lease_until,
                    row.lease_attempt,
                    row.wish,
                    row.check_count,
                )
                for row in rows
            }
            assert seen == {
                m.id: (
                    m.state,
                    RESULT_OF[m.state],
                    m.key,
                    m.until,
                    m.appointment,
                    m.due,
                    m.owner,
                    m.lease,
                    m.attempt,
                    m.wish,
                    m.checks,
                )
                for m in mine
            }
            held = [row.natural_key for row in rows if row.natural_key is not None]
            assert len(held) == len(set(held))
            assert all((row.completed_at is not None) == (row.state in SETTLED) for row in rows)
            open_now = {m.id for m in mine if m.state in OPEN}
            assert {row.id for row in self.do(self.ledger(1).unsettled, office)} == open_now

    def teardown(self):
        for m in self.model.values():
            events = self.do(self.ledger(1).events, self.offices[m.office], m.id)
            assert tuple((event.from_state, event.to_state) for event in events) == m.history
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
        for store in self.stores:
            self.do(store.aclose)
        self.portal_of.__exit__(None, None, None)
        self.directory.cleanup()


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
