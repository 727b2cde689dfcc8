"""Handing over a write: once, and with a true word about what became of it."""

import socket

import anyio
import pytest

from sandbox.switches import Switches
from sandbox.world import Fault, OfficeSpec
from server.sikka import bodies
from server.sikka.budget import RateBudget
from server.sikka.effects import EFFECTS, Effect, effect_of
from server.sikka.errors import (
    Answered,
    GrantRefused,
    NoAnswer,
    NoKey,
    NotPermitted,
    NotSent,
    RateLimited,
    Refused,
    SikkaError,
    SpuOffline,
    Trouble,
    Unreadable,
)
from server.sikka.transport import Answer, Timeouts, open_transport

OFFICE = "D10001"


async def effect_on(stage, write=None, calls=None):
    """What the client says of a write, and the error that says it; Nones where Sikka takes it."""
    try:
        await stage.send(write or stage.booking(), calls)
    except SikkaError as error:
        return effect_of(error), type(error)
    return None, None


# fault -> what the client must say, and how many times the practice does the work
FAULTS = [
    (Fault("lost_before"), Effect.UNCERTAIN, NoAnswer, 0),
    (Fault("lost_after"), Effect.UNCERTAIN, NoAnswer, 1),
    (Fault("half_body"), Effect.UNCERTAIN, NoAnswer, 1),
    (Fault("html"), Effect.UNCERTAIN, Unreadable, 0),
    (Fault("html", after_work=True), Effect.UNCERTAIN, Unreadable, 1),
    (Fault("internal_error"), Effect.UNCERTAIN, Trouble, 0),
    (Fault("internal_error", after_work=True), Effect.UNCERTAIN, Trouble, 1),
    (Fault("overloaded"), Effect.UNCERTAIN, Trouble, 0),
    (Fault("overloaded", after_work=True), Effect.UNCERTAIN, Trouble, 1),
    (Fault("hang", seconds=60), Effect.UNCERTAIN, NoAnswer, 0),
    (Fault("hang", seconds=60, after_work=True), Effect.UNCERTAIN, NoAnswer, 1),
    (Fault("rate_limited"), Effect.LATER, RateLimited, 0),
    (Fault("key_expired"), None, None, 1),
]


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(
    ("fault", "effect", "error", "done"),
    FAULTS,
    ids=[f"{f.kind}{' after the work' if f.after_work else ''}" for f, *_ in FAULTS],
)
async def test_every_fault_has_its_effect_and_the_practice_agrees(staged, fault, effect, error, done, live):
    async with staged(timeouts=Timeouts(read=0.1)) as stage:
        await stage.office.providers()
        stage.world.faults.add(
            Fault(fault.kind, "POST", "/appointment", seconds=60, after_work=fault.after_work)
        )
        calls = stage.sikka.office(OFFICE, live=live)
        assert await effect_on(stage, calls=calls) == (effect, error)
        posts = len(await stage.seen("POST", "/appointment"))
        assert posts == (2 if fault.kind == "key_expired" else 1)
        assert len(stage.done()) == done


@pytest.mark.parametrize("fault", [f for f, *_ in FAULTS if f.kind != "key_expired"], ids=lambda f: f.kind)
async def test_a_write_is_never_repeated_whatever_keeps_going_wrong(staged, fault):
    async with staged(timeouts=Timeouts(read=0.1)) as stage:
        await stage.office.providers()
        stage.world.faults.add(
            Fault(fault.kind, "POST", "/appointment", times=None, seconds=60, after_work=fault.after_work)
        )
        await effect_on(stage)
        assert len(await stage.seen("POST", "/appointment")) == 1


@pytest.mark.parametrize("unknown", [False, True], ids=["expired", "unknown"])
@pytest.mark.parametrize("switch", [False, True], ids=["reusable", "rotating"])
async def test_a_write_whose_key_is_refused_is_sent_exactly_once_more(staged, unknown, switch):
    async with staged(switches=Switches(old_refresh_key_reusable=not switch)) as stage:
        await stage.office.providers()
        if unknown:
            stage.world.keys.revoke(stage.keys.kept[OFFICE].request_key)
        else:
            stage.world.expire_keys(OFFICE)
        assert await effect_on(stage) == (None, None)
        assert [r.status for r in stage.requests("POST", "/appointment")] == [400, 201]
        (done,) = stage.done()
        assert done.ok


async def test_a_write_whose_renewed_key_is_refused_too_was_not_sent(staged):
    async with staged() as stage:
        await stage.office.providers()
        stage.world.faults.add(Fault("key_expired", "POST", "/appointment", times=None))
        effect, _ = await effect_on(stage)
        assert effect is Effect.NOT_SENT
        assert len(stage.requests("POST", "/appointment")) == 2
        assert stage.done() == []


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "internal_error", "html", "rate_limited"])
@pytest.mark.parametrize("held", [False, True], ids=["no key yet", "key refused in mid-call"])
async def test_a_write_for_which_no_key_can_be_had_was_not_sent(staged, kind, held):
    async with staged() as stage:
        if held:
            await stage.office.providers()
            stage.world.expire_keys(OFFICE)
        stage.world.faults.add(Fault(kind, "POST", "/request_key", times=None))
        assert await effect_on(stage) == (Effect.NOT_SENT, NoKey)
        assert {r.status for r in stage.requests("POST", "/appointment")} <= {400}
        assert stage.done() == []


async def test_a_write_to_a_port_nobody_listens_on_was_not_sent(staged):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound and not listening: refused
        port = reserved.getsockname()[1]
        async with staged() as stage, open_transport(f"http://127.0.0.1:{port}/v4", Timeouts()) as dead:
            await stage.office.providers()
            cut_off = stage.another_process(transport=dead).office(OFFICE, live=True)
            assert await effect_on(stage, calls=cut_off) == (Effect.NOT_SENT, NotSent)
            assert stage.done() == []


async def test_an_office_pc_that_is_off_refuses_at_once(staged):
    async with staged() as stage:
        stage.world.set_online(OFFICE, online=False)
        assert await effect_on(stage) == (Effect.SPU_OFFLINE, SpuOffline)
        stage.world.set_online(OFFICE, online=True)
        assert stage.done() == []


@pytest.mark.parametrize(
    "changes", [{"practice_id": "9"}, {"length_minutes": 0}, {"patient_id": ""}, {"provider_id": ""}]
)
async def test_a_write_sikka_declines_is_refused(staged, changes):
    async with staged() as stage:
        assert await effect_on(stage, stage.booking(**changes)) == (Effect.REFUSED, Refused)
        assert len(stage.requests("POST", "/appointment")) == 1
        assert stage.done() == []


async def test_a_write_outside_the_plan_is_refused_and_renews_nothing(staged):
    async with staged(denied=frozenset({"POST appointment"})) as stage:
        assert await effect_on(stage) == (Effect.REFUSED, NotPermitted)
        assert len(stage.requests("POST", "/appointment")) == 1
        assert stage.grants() == 1


async def test_success_with_status_200_can_be_a_refusal(staged):
    async with staged(offices=(OfficeSpec(pms="Dentrix", patients=30),)) as stage:
        number = next(iter(stage.records.appointments))
        broken = bodies.appointment_status(practice_id="1", appointment_sr_no=number, value="Broken")
        assert await effect_on(stage, broken) == (Effect.REFUSED, Refused)
        (request,) = stage.requests("PATCH", "/appointments")
        assert request.status == 200
        assert stage.done() == []


async def test_a_path_the_api_does_not_have_is_a_refusal(staged):
    async with staged() as stage:
        nowhere = bodies.Write("POST", "/nowhere", {"a": "b"})
        assert await effect_on(stage, nowhere) == (Effect.REFUSED, Refused)


async def test_a_caller_who_hangs_up_in_mid_write_does_not_send_it_again(staged):
    async with staged() as stage:
        await stage.office.providers()
        stage.world.faults.add(Fault("hang", "POST", "/appointment", seconds=60, after_work=True))
        async with anyio.create_task_group() as caller:
            caller.start_soon(stage.send, stage.booking())
            while not stage.world.queue.rows:
                await anyio.lowlevel.checkpoint()
            caller.cancel_scope.cancel()
        assert len(stage.done()) == 1


DELETE_FAULTS = [
    (Fault("lost_before"), NoAnswer, 1),
    (Fault("lost_after"), NoAnswer, 0),
    (Fault("html"), Unreadable, 1),
    (Fault("html", after_work=True), Unreadable, 0),
    (Fault("half_body"), NoAnswer, 0),
    (Fault("internal_error"), Trouble, 1),
]


@pytest.mark.parametrize(
    ("fault", "error", "done"), DELETE_FAULTS, ids=lambda value: getattr(value, "kind", None)
)
async def test_a_write_counts_as_deleted_only_when_sikka_says_so(staged, fault, error, done):
    async with staged() as stage:
        number = await stage.send(stage.booking())
        stage.world.faults.add(Fault(fault.kind, "DELETE", "/writebacks", after_work=fault.after_work))
        with pytest.raises(error):
            await stage.application.delete_writeback(number)
        assert len(stage.requests("DELETE", "/writebacks")) == 1
        assert len(stage.done()) == done


@pytest.mark.parametrize(
    "text",
    ["{}", '{"error_code": "API2016", "long_message": "Created"}', '[{"result": "ok"}]', "[]", "", "<html>"],
)
async def test_a_success_without_a_writebacks_id_is_uncertain(staged, text):
    async with staged() as stage:
        await stage.office.providers()
        stage.answer_with(Answer(201, {}, text))
        assert await effect_on(stage) == (Effect.UNCERTAIN, Unreadable)


@pytest.mark.parametrize(
    "text", ["{}", '{"error_code": "API0002", "short_message": "Session terminated"}', "[]", ""]
)
async def test_a_success_that_does_not_speak_of_deleting_deletes_nothing(staged, text):
    async with staged() as stage:
        stage.answer_with(Answer(200, {}, text))
        with pytest.raises(Unreadable):
            await stage.application.delete_writeback("1")


async def test_an_unknown_write_has_no_status(staged):
    async with staged() as stage:
        assert await stage.office.writeback_status("1") is None


def test_every_error_there_is_has_an_effect():
    def tree(kind):
        return {kind}.union(*(tree(each) for each in kind.__subclasses__()))

    covered = {kind for kind in tree(SikkaError) if any(each in EFFECTS for each in kind.__mro__)}
    assert tree(SikkaError) - covered == {SikkaError, Answered}
    assert effect_of(SikkaError("of a new kind")) is Effect.UNCERTAIN
    assert effect_of(Answered(418)) is Effect.UNCERTAIN
    assert effect_of(GrantRefused(400)) is Effect.NOT_SENT
    assert set(EFFECTS.values()) == set(Effect)


async def test_a_live_write_with_nothing_left_in_the_window_is_kept_for_later(staged):
    async with staged(rate_limit=3) as stage:
        await stage.office.providers()
        await stage.office.providers()
        await stage.office.providers()
        assert isinstance(stage.sikka.budget(OFFICE), RateBudget)
        assert await effect_on(stage) == (Effect.LATER, RateLimited)
        assert stage.requests("POST", "/appointment") == []
