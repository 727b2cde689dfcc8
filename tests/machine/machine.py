"""Random histories of callers, processes, Sikka and the practice; and what must be true of each."""

import datetime as dt
from dataclasses import replace

from books import CHECKS, Desk, nothing_untrue_is_said, opened
from calendars import load, told_otherwise
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from lines import Caller, Line, Told
from premises import OFFICE, QUICK, Premises

from sandbox.faults import Fault
from store.ledger_states import OPEN, State

STRANGERS = (("Wanda", "Quillfeather", "1971-03-09"),)
FAULTS = {
    "the request is lost": Fault("lost_before"),
    "the answer is lost": Fault("lost_after"),
    "the answer is half": Fault("half_body"),
    "a page instead of an answer": Fault("html", after_work=True),
    "a page instead of work": Fault("html"),
    "500 after the work": Fault("internal_error", after_work=True),
    "500 before it": Fault("internal_error"),
    "503 after the work": Fault("overloaded", after_work=True),
    "too many requests": Fault("rate_limited"),
    "silence, and done": Fault("hang", seconds=60.0, after_work=True),
    "silence, and never done": Fault("hang", seconds=60.0),
    "the key is refused": Fault("key_expired"),
}
WHERE = {
    "anything": (None, None),
    "a booking": ("POST", "/appointment"),
    "a registration": ("POST", "/patient"),
    "a cancellation": ("PATCH", "/appointments"),
    "a move": ("PUT", "/appointments"),
    "a status": ("GET", "/writeback_status"),
    "the list": ("GET", "/writebacks"),
    "a deletion": ("DELETE", "/writebacks"),
}
DENIED = ("GET writeback_status", "GET writebacks", "DELETE writebacks", "GET appointments")
SETTLING = (30.0, 30.0, 60.0)
NAPS = 12  # of five minutes: longer than a write may take or wait to be sent
A_DAY = 86_400.0

STRANGER = 3

some_line = st.integers(0, 3)
some_process = st.integers(0, 1)
pick = st.integers(0, 5)
then = st.sampled_from([8.0, 3.0, 0.4, 0.0, 15.0])


def event(happens, /, **given):
    """A call of one of the machine's methods that no caller makes."""
    return st.tuples(st.just(happens), st.fixed_dictionaries(given))


# Each table is one rule, so that callers have most of the steps.
AT_SIKKA = st.one_of(
    event(
        "sikka_fails",
        kind=st.sampled_from(sorted(FAULTS)),
        where=st.sampled_from(sorted(WHERE)),
        times=st.integers(1, 3),
    ),
    event("a_write_is_long_on_its_way", seconds=st.sampled_from([5.0, 25.0, 80.0])),
    event("the_list_lags", seconds=st.sampled_from([0.0, 10.0, 25.0])),
    event("the_plan_changes", name=st.sampled_from(DENIED), allowed=st.booleans()),
)
IN_THE_PRACTICE = st.one_of(
    event(
        "the_practice_is_as_fast_as",
        seconds=st.sampled_from([(0.2, 1.0), QUICK, (30.0, 60.0), (350.0, 900.0)]),
    ),
    event("the_practice_refuses_the_next_write"),
    event("the_pc_is_switched", online=st.booleans()),
    event("the_copy_is_loaded"),
    event("the_desk_changes_an_appointment_of_ours", which=st.integers(0, 3), moves=st.booleans()),
    event("the_desk_undoes_what_we_did_last"),
    event("the_desk_works", times=st.integers(1, 4)),
)
OF_PROCESSES = st.one_of(
    event("a_process_crashes", process=some_process, then=then),
    event("a_process_is_stopped", process=some_process, then=then),
    event("a_process_starts", process=some_process, then=then),
)
OF_TIME = st.one_of(
    event("time_passes", seconds=st.sampled_from([0.3, 1.5, 5.0, 20.0, 45.0, 130.0])),
    event("the_machine_sleeps", seconds=st.sampled_from([20.0, 50.0, 400.0, 1_000.0, 7_200.0])),
    event("the_clock_is_set", seconds=st.sampled_from([-60.0, -2.0, 10.0, 90.0])),
)


class Machine(RuleBasedStateMachine):
    """Two processes, four lines, one practice."""

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed):
        self.premises = Premises(seed)
        self.desk = Desk()
        self.told: list[Told] = []
        self.spoken: dict[str, str] = {}
        self.tasks = {}
        self.calls = 0
        self.lines = self.people()
        self.note_what_stands()
        self.premises.up(0)

    def people(self):
        """Two who have nothing coming up, one who has, and a stranger; no two share a birth date."""
        office = self.premises.office
        patients, visits = office.records.patients, office.records.appointments
        born = [row.birthdate for row in patients.values()]
        usable = [
            row for row in patients.values() if row.status == "Active" and born.count(row.birthdate) == 1
        ]
        free = {row.patient_id for row in usable[:2]}
        for number in [row.sr_no for row in visits.values() if row.patient_id in free]:
            del visits[number]
        office.refresh()
        known = [
            Line(row.firstname, row.lastname, str(row.birthdate), row.patient_id, f"call {number}")
            for number, row in enumerate(usable[:3])
        ]
        strangers = [
            Line(first, last, day, "", f"stranger {number}")
            for number, (first, last, day) in enumerate(STRANGERS)
        ]
        return known + strangers

    def note_what_stands(self):
        """What is in the practice's calendar by other hands than ours."""
        numbers = {effect.appointment_sr_no for effect in self.premises.truth.effects if effect.ok}
        for row in self.premises.office.records.appointments.values():
            if row.sr_no not in numbers or row.sr_no in self.desk.touched:
                self.desk.standing.add((row.patient_id, row.start.isoformat(timespec="minutes")))

    def says(self, line, process, script, pick, then):
        """A caller begins a script; `then` seconds later the next thing happens, whatever is under way."""
        premises = self.premises
        caller = Caller(premises, premises.up(process), self.lines[line], self.told, self.spoken)
        self.tasks[line] = premises.ask(caller.process, lambda: getattr(caller, script)(pick))
        premises.let_pass(then)

    @rule(line=some_line, process=some_process, pick=pick, then=then)
    def a_caller_books(self, line, process, pick, then):
        script = "book" if self.lines[line].patient_id or self.lines[line].patient else "register"
        self.says(line, process, script, pick, then)

    @rule(line=some_line, process=some_process, pick=pick, then=then)
    def a_caller_books_again(self, line, process, pick, then):
        self.says(line, process, "again" if pick % 2 else "book", pick, then)

    @rule(line=some_line, process=some_process, pick=pick, then=then)
    def a_caller_books_and_takes_it_back(self, line, process, pick, then):
        self.says(line, process, "book_and_take_back", pick, then)

    @rule(line=some_line, process=some_process, pick=pick, then=then)
    def a_caller_cancels(self, line, process, pick, then):
        self.says(line, process, "cancel", pick, then)

    @rule(line=some_line, process=some_process, pick=pick, then=then)
    def a_caller_moves(self, line, process, pick, then):
        self.says(line, process, "move", pick, then)

    @rule(line=some_line, process=some_process, pick=pick, then=then)
    def a_caller_moves_there_and_back(self, line, process, pick, then):
        self.says(line, process, "there_and_back", pick, then)

    @rule(line=some_line, process=some_process, pick=pick, then=then)
    def a_caller_confirms(self, line, process, pick, then):
        self.says(line, process, "confirm", pick, then)

    @rule(line=st.just(STRANGER), process=some_process, pick=pick, then=then)
    def a_stranger_registers_and_books(self, line, process, pick, then):
        self.says(line, process, "register", pick, then)

    @rule(line=some_line, processes=st.permutations([0, 1]), pick=pick, then=then)
    def an_agent_asks_the_same_twice_at_once(self, line, processes, pick, then):
        for process in processes:
            self.says(line, process, "again", pick, 0.0)
        self.premises.let_pass(then)

    @rule(line=some_line, process=some_process, pick=pick, then=then)
    def a_caller_asks_how_it_stands(self, line, process, pick, then):
        self.says(line, process, "check" if pick % 2 else "look", pick, then)

    @rule(line=some_line)
    def a_caller_hangs_up_and_calls_anew(self, line):
        task = self.tasks.pop(line, None)
        if task is not None:
            task.cancel()
        self.calls += 1
        self.lines[line] = self.lines[line].calls_anew(f"call anew {self.calls}")

    @rule(event=OF_TIME)
    def time_goes_on(self, event):
        self.happens(*event)

    @rule(event=AT_SIKKA)
    def something_happens_at_sikka(self, event):
        self.happens(*event)

    @rule(event=IN_THE_PRACTICE)
    def something_happens_in_the_practice(self, event):
        self.happens(*event)

    @rule(
        line=some_line,
        process=some_process,
        script=st.sampled_from(["book", "cancel", "move"]),
        after=st.sampled_from([0.3, 0.6, 1.0, 1.5, 2.5]),
    )
    def a_process_crashes_over_a_call(self, line, process, script, after):
        self.says(line, process, script, 0, after)
        self.premises.crash(process)

    @rule(event=OF_PROCESSES)
    def something_happens_to_a_process(self, event):
        self.happens(*event)

    def happens(self, name, given):
        getattr(self, name)(**given)

    def time_passes(self, seconds):
        self.premises.let_pass(seconds)

    def the_machine_sleeps(self, seconds):
        self.premises.loop.suspend(seconds)
        self.premises.let_pass(0.05)

    def the_clock_is_set(self, seconds):
        self.premises.clock.set_by += seconds

    def sikka_fails(self, kind, where, times):
        method, path = WHERE[where]
        fault = FAULTS[kind]
        self.premises.truth.faults.add(
            Fault(
                fault.kind,
                method=method,
                path=path,
                times=times,
                seconds=fault.seconds,
                after_work=fault.after_work,
            )
        )

    def a_write_is_long_on_its_way(self, seconds):
        self.premises.lines.late_writes.append(seconds)

    def the_list_lags(self, seconds):
        self.premises.lines.list_late = seconds

    def the_plan_changes(self, name, allowed):
        (self.premises.truth.denied.discard if allowed else self.premises.truth.denied.add)(name)

    def the_practice_is_as_fast_as(self, seconds):
        self.premises.truth.writeback_seconds = seconds

    def the_practice_refuses_the_next_write(self):
        self.premises.refuses = 1

    def the_pc_is_switched(self, online):
        self.premises.truth.set_online(OFFICE, online)

    def the_copy_is_loaded(self):
        self.premises.truth.advance()
        self.premises.office.refresh()

    def the_desk_changes_an_appointment_of_ours(self, which, moves):
        self.premises.truth.advance()
        records, desk = self.premises.office.records, self.premises.truth.desks[OFFICE]
        people = {line.patient_id for line in self.lines}
        now = self.premises.office.now()
        ours = [
            row
            for row in records.appointments.values()
            if row.patient_id in people and row.start > now and not row.cancelled
        ]
        if not ours:
            return
        row = ours[which % len(ours)]
        self.desk.touched.add(row.sr_no)
        if moves:
            desk.move(row.sr_no, row.start + dt.timedelta(days=7))
        else:
            desk.cancel(row.sr_no)
        self.note_what_stands()

    def the_desk_undoes_what_we_did_last(self):
        premises = self.premises
        premises.truth.advance()
        rows = premises.do(premises.store.ledger.search(states={State.CONFIRMED}, limit=100))
        row = next((row for row in rows if row.operation in {"move", "cancel"}), None)
        visit = premises.office.records.appointments.get(row.facts["appointment_sr_no"]) if row else None
        if row is None or visit is None:
            return
        self.desk.touched.add(visit.sr_no)
        if row.operation == "move":
            premises.truth.desks[OFFICE].move(visit.sr_no, dt.datetime.fromisoformat(row.facts["start"]))
        else:
            back = replace(visit, status=premises.office.pms.new_status, cancelled=False)
            premises.office.records.appointments[visit.sr_no] = back
        self.note_what_stands()

    def the_desk_works(self, times):
        self.premises.truth.advance()
        for _ in range(times):
            act = self.premises.truth.desks[OFFICE].act()
            if act is not None:
                self.desk.touched.add(act.appointment_sr_no)
        self.note_what_stands()

    def a_process_crashes(self, process, then):
        self.premises.crash(process)
        self.premises.let_pass(then)

    def a_process_is_stopped(self, process, then):
        self.premises.end(process)
        self.premises.let_pass(then)

    def a_process_starts(self, process, then):
        self.premises.up(process)
        self.premises.let_pass(then)

    @invariant()
    def nothing_has_gone_wrong_unseen(self):
        if self.premises.trouble:
            raise self.premises.trouble[0]

    def teardown(self):
        if not hasattr(self, "premises"):
            return
        try:
            if not self.premises.trouble:
                self.quiet()
                load(self.premises)
                self.judge()
        finally:
            self.premises.close()

    def quiet(self):
        """All faults end, both processes run, and time goes on until nothing is left to do."""
        premises = self.premises
        truth = premises.truth
        truth.faults.clear()
        truth.denied.clear()
        truth.set_online(OFFICE, online=True)
        truth.writeback_seconds = QUICK
        premises.refuses, premises.lines.list_late = 0, 0.0
        premises.lines.late_writes.clear()
        for number in (0, 1):
            premises.up(number)
        for seconds in SETTLING:
            premises.let_pass(seconds)
        for _ in range(NAPS):
            if not self.unsettled():
                break
            premises.loop.suspend(270.0)
            premises.let_pass(30.0)
        if self.unsettled():  # only a person can settle those, and is told after a day at most
            premises.loop.suspend(A_DAY)
            premises.let_pass(30.0)

    def unsettled(self):
        found = self.premises.do(self.premises.store.ledger.search(states=OPEN, limit=1))
        return bool(found) or bool(self.premises.truth.queue.pending_of(OFFICE))

    def judge(self):
        """Compare the books."""
        premises = self.premises
        office = premises.do(premises.home())
        books = premises.do(opened(premises.store, office, premises.truth, premises.clock.now(), self.desk))
        wrong = [f"{check.__name__}: {each}" for check in CHECKS for each in check(books)]
        wrong += premises.do(nothing_untrue_is_said(books, premises.store, office, self.told, self.spoken))
        wrong += told_otherwise(premises, [line.patient_id for line in self.lines])
        told = [f"  {books.told(row)}" for row in books.rows.values()]
        assert not wrong, "\n".join([*wrong, "The ledger:", *told])
