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
from stored import EVERY, open_rows

from store.ledger_endings import ALLOWED_LATE, Ending
from store.ledger_entries import CONFIRMED_KEY_HOLD_MS as HOLD
from store.ledger_rows import NewWriteback
from store.ledger_states import ALLOWED, BORN, OPEN, RESULT_OF, SETTLED, UNDONE, IllegalArrow, State
from store.opening import open_store

OWNERS = ("a", "b")
states = st.sampled_from(State)
some_states = st.sets(states, min_size=1)
which = st.integers(0, 1)
ids_of_sikka = st.sampled_from(["1", "2", "3"])


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
    given: str | None = None
    waits_for: str | None = None
    sikka_id: str | None = None
    adopted: bool = False
    sent: int = 0
    looks: int = 0
    flagged: bool = False
    doubted: bool = False
    basis: Ending = Ending.UNSENT
    history: tuple = ()

    @property
    def ending(self):
        return Ending.ADOPTED if self.basis is Ending.ANSWERED and self.adopted else self.basis


def basis_of(m, to):
    """What a row is settled on that goes to ``to`` now, other than by a person."""
    if m.state in SETTLED or to in {State.CONFIRMED, State.FAILED}:
        return Ending.ANSWERED
    if m.state in {State.SUBMITTED, State.OVERDUE}:
        return Ending.DELETED
    if m.doubted:
        return Ending.DOUBTED
    return Ending.REFUSED if m.state is State.SENDING else Ending.UNSENT


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

    @rule(ms=st.integers(1, 700) | st.integers(HOLD - 700, HOLD))
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
        waits_for=st.sampled_from([None, "w"]),
        delay=st.sampled_from([None, 0, 500]),
    )
    def append(self, number, office, key, appointment, state, waits_for, delay):
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
            waits_for=waits_for,
            due_at=due,
        )
        row, made = self.do(self.ledger(number).append, new, self.now)
        holders = self.holders(office, key)
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
            given=key,
            waits_for=waits_for,
            history=((None, state),),
        )
        return row.id

    def holders(self, office, key):
        """Who holds a key, after it is released if its time is up."""
        found = [m for m in self.model.values() if key is not None and m.office == office and m.key == key]
        if found and found[0].until is not None and found[0].until <= self.now:
            found.pop().__dict__.update(key=None, until=None)
        return found

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

    def change(self, number, row_id, to, expect, fence, appointment=None, sikka_id=None):
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
                sikka_id=sikka_id,
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
            if sikka_id is not None and sikka_id != m.sikka_id:
                self.take_id(m, sikka_id)
            self.enter(m, to, self.now)

    def take_id(self, m, sikka_id):
        """The id was answered to this row; whoever had it has not, and knows nothing if it was adopted."""
        for owner in [other for other in self.model.values() if other.sikka_id == sikka_id]:
            knew = owner.state in SETTLED and owner.ending is Ending.ADOPTED
            owner.sikka_id, owner.adopted = None, False
            if owner.state in {State.SUBMITTED, State.OVERDUE}:
                self.enter(owner, State.UNCERTAIN, self.now)
            elif knew:
                self.turn(owner, State.UNCERTAIN)
            else:
                owner.history += ((owner.state, owner.state),)
        m.sikka_id, m.adopted = sikka_id, False

    def turn(self, m, to):
        """A settled row turns out otherwise, and its key follows."""
        if to not in UNDONE:
            if not [other for other in self.holders(m.office, m.given) if other is not m]:
                m.key = m.given
            m.until = None
        self.enter(m, to, self.now)

    def enter(self, m, to, due, basis=None):
        m.history += ((m.state, to),)
        if to in SETTLED:
            m.basis = basis or basis_of(m, to)
        m.sent += to is State.SENDING
        if to is State.UNCERTAIN:
            m.looks, m.doubted = 0, True
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

    @rule(number=which, row=rows, sikka_id=ids_of_sikka)
    def sikka_accepts(self, number, row, sikka_id):
        m = self.model[row]
        if m.state is State.INTENT:
            self.change(number, row, State.SENDING, OPEN, None)
        if m.state in {State.SENDING, State.UNCERTAIN}:
            self.change(number, row, State.SUBMITTED, OPEN, None, sikka_id=sikka_id)

    @rule(number=which, row=rows)
    def an_answer_is_lost(self, number, row):
        m = self.model[row]
        if m.state is State.INTENT:
            self.change(number, row, State.SENDING, OPEN, None)
        if m.state is State.SENDING:
            self.change(number, row, State.UNCERTAIN, OPEN, None)

    @rule(number=which, row=rows)
    def a_look_finds_nothing(self, number, row):
        m = self.model[row]
        found = self.do(self.ledger(number).looked, row, due_at=self.now + 50, now=self.now)
        assert (found is not None) == (m.state is State.UNCERTAIN)
        if found is not None:
            m.looks, m.checks, m.due, m.owner, m.lease = m.looks + 1, m.checks + 1, self.now + 50, None, None

    @rule(number=which, row=rows, sikka_id=ids_of_sikka)
    def adopt(self, number, row, sikka_id):
        m = self.model[row]
        owned = sikka_id in {other.sikka_id for other in self.model.values()}
        found = self.do(self.ledger(number).adopt, row, sikka_id, self.now)
        assert (found is not None) == (m.state is State.UNCERTAIN and m.sikka_id is None and not owned)
        if found is not None:
            m.sikka_id, m.adopted = sikka_id, True
            self.enter(m, State.SUBMITTED, self.now)

    @rule(number=which, row=rows, sikka_id=ids_of_sikka)
    def its_own_answer_comes_late(self, number, row, sikka_id):
        m = self.model[row]
        found = self.do(self.ledger(number).accepted, row, sikka_id, self.now)
        if m.sent == 0 or (m.sikka_id not in {None, sikka_id} and not m.adopted):
            assert found is None
        elif m.sikka_id == sikka_id:
            assert found is not None
            m.adopted = False
        elif m.state in SETTLED and State.SUBMITTED in ALLOWED_LATE[m.state, m.ending]:
            self.take_id(m, sikka_id)
            self.turn(m, State.SUBMITTED)
        elif m.state in SETTLED and m.ending not in {Ending.ANSWERED, Ending.PERSON}:
            assert found is None
        else:
            self.take_id(m, sikka_id)
            if m.state in {State.SENDING, State.UNCERTAIN, State.INTENT, State.QUEUED}:
                self.enter(m, State.SUBMITTED, self.now)
            else:
                m.history += ((m.state, m.state),)
                m.due = m.due if m.state in SETTLED else self.now

    @rule(number=which, row=rows, to=st.sampled_from([State.CONFIRMED, State.FAILED]))
    def a_person_settles(self, number, row, to):
        m = self.model[row]
        found = self.do(
            self.ledger(number).settle_by_person,
            self.offices[m.office],
            row,
            to,
            by="Ann",
            note="",
            now=self.now,
        )
        assert (found is not None) == (m.state in {State.SUBMITTED, State.OVERDUE, State.UNCERTAIN})
        if found is not None:
            self.enter(m, to, self.now, Ending.PERSON)

    @rule(number=which, row=rows, to=states)
    def an_outcome_comes_late(self, number, row, to):
        m = self.model[row]

        def call():
            return self.do(self.ledger(number).late, row, to, self.now)

        if m.state in OPEN:
            assert call() is None
        elif to in ALLOWED_LATE[m.state, m.ending]:
            assert call().state is to
            if to is m.state:
                until = m.until
                self.enter(m, to, self.now)
                m.until = until
            else:
                self.turn(m, to)
        elif to is m.state:
            assert call().changed_at <= self.now
        else:
            try:
                call()
            except IllegalArrow:
                return
            raise AssertionError("a settled row was changed")

    @rule(number=which, row=rows)
    def release(self, number, row):
        m = self.model[row]
        found = self.do(
            self.ledger(number).release,
            row,
            self.now,
            body={"a": "b"},
            facts={},
            patient_key="p",
            send_before=self.now,
        )
        assert (found is not None) == (m.state is State.WAITING)
        if found is not None:
            self.enter(m, State.INTENT, self.now)

    @rule(number=which, row=rows)
    def flag(self, number, row):
        m = self.model[row]
        flagged = self.do(self.ledger(number).flag, row, self.now)
        assert flagged == (m.state in OPEN and not m.flagged)
        if flagged:
            m.flagged = True
            m.history += ((m.state, m.state),)

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

    @rule(number=which)
    def recover(self, number):
        found = self.do(self.ledger(number).recover, self.now)
        lost = [
            m
            for m in self.model.values()
            if m.state is State.SENDING and (m.lease is None or m.lease <= self.now)
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
                    row.natural_key_given,
                    row.sikka_id,
                    row.adopted_at is not None,
                    row.sent_count,
                    row.looks,
                    row.flagged_at is not None,
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
                    m.given,
                    m.sikka_id,
                    m.adopted,
                    m.sent,
                    m.looks,
                    m.flagged,
                )
                for m in mine
            }
            held = [row.natural_key for row in rows if row.natural_key is not None]
            assert len(held) == len(set(held))
            assert all((row.completed_at is not None) == (row.state in SETTLED) for row in rows)
            ids = {m.sikka_id for m in mine} - {None}
            assert self.do(self.ledger(1).sikka_ids, [office]) == ids
            open_now = {m.id for m in mine if m.state in OPEN}
            assert {row.id for row in self.do(open_rows, self.ledger(1), office)} == open_now

    @invariant()
    def rows_that_wait_say_what_they_wait_for(self):
        waiting = {m.id: m.waits_for for m in self.model.values() if m.state is State.WAITING}
        if self.model:
            found = self.do(self.ledger(0).search, states={State.WAITING}, limit=EVERY)
            assert {row.id: row.waits_for for row in found} == waiting

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
