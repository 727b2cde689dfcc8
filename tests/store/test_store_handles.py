import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import stored
from anyio.from_thread import start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from store.handles import Handle, Kind, NotAHandle, UnknownHandle, WrongKind, read_handle
from store.opening import open_store


@pytest.fixture
def issue(store, office):
    async def issued(kind=Kind.PATIENT, subject="77", **over):
        facts = {"office": office, "scope_key": "call-1", "payload": {"n": 1}, "now": 1_000, "ttl_ms": 500}
        return await stored.issue(store, kind, subject=subject, **(facts | over))

    return issued


@pytest.fixture
def resolve(store, office):
    async def resolved(text, kind=Kind.PATIENT, **over):
        return await store.handles.resolve(
            text, kind, **({"office": office, "scope_key": "call-1", "now": 1_100} | over)
        )

    return resolved


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_handle_is_a_letter_and_ten_digits_and_says_what_it_stands_for(issue, resolve, kind):
    handle = await issue(kind, payload={"id": "77", "proven": ["birth_date"]})
    assert re.fullmatch(f"{kind}[0-9a-hjkmnp-tv-z]{{10}}", handle)
    found = await resolve(handle, kind)
    assert found == Handle(kind, {"id": "77", "proven": ["birth_date"]}, 1_000)
    assert "77" not in repr(found)


async def test_the_same_subject_has_the_same_handle_in_the_same_call_only(issue, store, add_office):
    other = await add_office(store, "D200")
    handle = await issue()
    assert await issue() == handle
    different = {
        await issue(subject="78"),
        await issue(scope_key="call-2"),
        await issue(scope_key=None),
        await issue(office=other.id),
        "p" + (await issue(Kind.SLOT))[1:],
    }
    assert len(different | {handle}) == 6


async def test_issued_again_it_has_the_new_payload_and_the_first_time(issue, resolve):
    handle = await issue(now=1_000)
    await issue(now=1_400, payload={"n": 2})
    assert await resolve(handle, now=1_899) == Handle(Kind.PATIENT, {"n": 2}, 1_000)


async def test_issued_again_after_it_expired_it_begins_anew(issue, resolve):
    handle = await issue(now=1_000)
    await issue(now=1_500)
    assert (await resolve(handle, now=1_501)).issued_at == 1_500


async def test_a_handle_is_read_as_it_is_heard(issue, resolve):
    handle = await issue()
    heard = f" {handle[:4]}-{handle[4:7]} {handle[7:]} ".upper().replace("1", "l").replace("0", "O")
    assert (await resolve(heard)).payload == {"n": 1}


def test_i_and_l_are_read_as_one_and_o_as_nought():
    assert read_handle("P ilIL-oO2345") == (Kind.PATIENT, "p1111002345")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p",
        "p123456789",
        "p12345678901",
        "x1234567890",
        "pu234567890",
        "p123456789!",
        "p１２３４５６７８９０",
        "p" + " " * 99 + "1234567890",
        "77",
    ],
)
async def test_other_texts_are_no_handles(resolve, text):
    with pytest.raises(NotAHandle):
        await resolve(text)


async def test_a_handle_of_another_kind_is_named_as_such(issue, resolve):
    with pytest.raises(WrongKind) as wrong:
        await resolve(await issue(Kind.SLOT), Kind.APPOINTMENT)
    assert (wrong.value.expected, wrong.value.found) == (Kind.APPOINTMENT, Kind.SLOT)


async def test_expired_foreign_and_never_issued_handles_look_alike(issue, resolve, store, add_office):
    other = await add_office(store, "D200")
    handle = await issue()
    errors = []
    for attempt in (
        {"now": 1_500},
        {"office": other.id},
        {"scope_key": "call-2"},
        {"scope_key": None},
        {"text": "p1234567890"},
    ):
        with pytest.raises(UnknownHandle) as unknown:
            await resolve(**({"text": handle} | attempt))
        errors.append(str(unknown.value))
    assert len(set(errors)) == 1
    assert handle not in errors[0]
    assert (await resolve(handle)).payload == {"n": 1}


async def test_a_handle_without_a_call_is_known_in_every_call_of_its_office(issue, resolve):
    handle = await issue(scope_key=None)
    for scope_key in (None, "call-1", "call-2"):
        assert (await resolve(handle, scope_key=scope_key)).payload == {"n": 1}


async def test_expired_handles_are_forgotten(issue, store):
    await issue(subject="1", now=1_000)
    await issue(subject="2", now=1_001)
    assert await store.handles.purge(1_500) == 1
    assert await store.database.fetch_one("SELECT COUNT(*) AS n FROM handles") == {"n": 1}


async def test_a_handle_survives_a_restart(reopen, add_office):
    async with await reopen() as store:
        office = (await add_office(store)).id
        handle = await stored.issue(
            store,
            Kind.WRITEBACK,
            office=office,
            scope_key=None,
            subject="1",
            payload={"a": 1},
            now=1,
            ttl_ms=10,
        )
    async with await reopen() as store:
        found = await store.handles.resolve(handle, Kind.WRITEBACK, office=office, scope_key=None, now=2)
        assert found.payload == {"a": 1}


@settings(deadline=None)
@given(st.text(max_size=20))
def test_reading_any_text_gives_a_handle_or_says_that_it_is_none(text):
    try:
        kind, handle = read_handle(text)
    except NotAHandle:
        return
    assert read_handle(handle) == (kind, handle)


class HandlesMachine(RuleBasedStateMachine):
    """Handles beside a dictionary that remembers what every handle should mean."""

    issued = Bundle("issued")

    @initialize()
    def begin(self):
        self.directory = tempfile.TemporaryDirectory()
        self.portal_of = start_blocking_portal()
        self.portal = self.portal_of.__enter__()
        file = Path(self.directory.name) / "x.db"

        async def opened():
            store = await open_store(f"sqlite://{file}", key_file=None, key_text=None, default_path=file)
            facts = dict.fromkeys(("practice_name", "pms", "pms_version", "zone_name", "as_of"), "x")
            offices = [await store.offices.upsert(o, "1", secret_key=None, now=0, **facts) for o in "ab"]
            return store, [office.id for office in offices]

        self.store, self.offices = self.portal.call(opened)
        self.now = 0
        self.model: dict[str, Any] = {}

    @rule(ms=st.integers(0, 400))
    def time_passes(self, ms):
        self.now += ms

    @rule(
        target=issued,
        kind=st.sampled_from(Kind),
        office=st.integers(0, 1),
        scope=st.sampled_from([None, "x", "y"]),
        subject=st.sampled_from("123"),
        payload=st.integers(),
        ttl=st.integers(1, 600),
    )
    def issue(self, kind, office, scope, subject, payload, ttl):
        async def issue():
            return await stored.issue(
                self.store,
                kind,
                office=self.offices[office],
                scope_key=scope,
                subject=subject,
                payload={"n": payload},
                now=self.now,
                ttl_ms=ttl,
            )

        handle = self.portal.call(issue)
        meant = (kind, office, scope, subject)
        known = self.model.get(handle)
        assert known is None or known["meant"] == meant
        since = known["since"] if known is not None and known["expires"] > self.now else self.now
        expires = self.now + ttl
        spared = (
            known is not None
            and kind is not Kind.SLOT
            and known["payload"] == payload
            and known["expires"] >= expires - ttl // 10
        )
        if not spared:
            self.model[handle] = {"meant": meant, "payload": payload, "since": since, "expires": expires}
        return handle

    @rule(
        handle=issued,
        kind=st.sampled_from(Kind),
        office=st.integers(0, 1),
        scope=st.sampled_from([None, "x", "y"]),
    )
    def resolve(self, handle, kind, office, scope):
        async def resolve():
            return await self.store.handles.resolve(
                handle, kind, office=self.offices[office], scope_key=scope, now=self.now
            )

        known = self.model[handle]
        meant_kind, meant_office, meant_scope, _ = known["meant"]
        here = meant_office == office and meant_scope in {None, scope} and known["expires"] > self.now
        if kind is not meant_kind or not here:
            with pytest.raises(UnknownHandle if kind is meant_kind else WrongKind):
                self.portal.call(resolve)
        else:
            found = self.portal.call(resolve)
            assert found == Handle(kind, {"n": known["payload"]}, known["since"])

    @rule()
    def purge(self):
        self.portal.call(self.store.handles.purge, self.now)
        self.model = {
            handle: known | ({"since": None, "expires": 0} if known["expires"] <= self.now else {})
            for handle, known in self.model.items()
        }

    def teardown(self):
        self.portal.call(self.store.aclose)
        self.portal_of.__exit__(None, None, None)
        self.directory.cleanup()


TestHandlesMachine = HandlesMachine.TestCase
TestHandlesMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)


@pytest.mark.parametrize(("kind", "writes"), [(Kind.PATIENT, 1), (Kind.SLOT, 3)])
async def test_a_handle_given_out_again_at_once_is_not_written_again_but_for_slots(
    store, issue, resolve, monkeypatch, kind, writes
):
    written: list[str] = []
    write = store.database.write

    async def noted(sql, *args):
        written.append(sql)
        await write(sql, *args)

    monkeypatch.setattr(store.database, "write", noted)
    for now in (1_000, 1_000, 1_050):
        handle = await issue(kind, now=now)
    assert len(written) == writes
    await issue(kind, now=1_051, payload={"n": 2})
    assert len(written) == writes + 1, "another payload is written"
    await issue(kind, now=1_102, payload={"n": 2})
    assert len(written) == writes + 2, "with a tenth of its life gone, it is prolonged"
    assert dict((await resolve(handle, kind, now=1_601)).payload) == {"n": 2}
