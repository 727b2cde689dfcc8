"""The life of request keys: granted once, kept before use, renewed by one for all."""

import contextlib

import anyio
import pytest

from sandbox.switches import Switches
from sandbox.world import Fault
from server.sikka.errors import (
    BadCredentials,
    GrantRefused,
    KeyRefused,
    NoAnswer,
    NotPermitted,
    RateLimited,
    SikkaError,
    Trouble,
    Unreadable,
)
from server.sikka.keys import RequestKey

OFFICE = "D10001"


async def test_the_first_call_gets_a_key_with_the_secret_and_later_calls_use_it(staged):
    async with staged() as stage:
        await stage.office.providers()
        await stage.office.providers()
        assert stage.grants() == 1
        assert [r.path for r in stage.world.requests][:2] == ["/authorized_practices", "/request_key"]
        key = stage.keys.kept[OFFICE]
        assert key.issued_at == stage.clock.now()
        assert key.expires_at == key.issued_at + 86_400_000
        assert "appointments" in key.scope
        assert key.request_key not in repr(key)
        assert key.refresh_key not in repr(key)


async def test_a_key_is_saved_before_it_is_used(staged):
    async with staged() as stage:

        async def nothing_used_yet():
            assert stage.requests("GET", "/providers") == []

        stage.keys.before_save = nothing_used_yet
        await stage.office.providers()
        assert stage.keys.log == [f"saved {stage.keys.kept[OFFICE].request_key}"]
        assert len(stage.requests("GET", "/providers")) == 1


async def test_a_key_that_cannot_be_saved_is_not_used_and_ends_nothing_else(staged):
    async with staged() as stage:

        async def full_disk():
            raise OSError("disk full")

        stage.keys.before_save = full_disk
        with pytest.raises(SikkaError):
            await stage.office.providers()
        assert stage.requests("GET", "/providers") == []
        stage.keys.before_save = None
        assert await stage.office.providers()


async def test_a_restart_goes_on_with_the_kept_key(staged):
    async with staged() as stage:
        await stage.office.providers()
        restarted = stage.another_process()
        assert await restarted.office(OFFICE, live=True).providers()
        assert stage.grants() == 1


async def test_a_key_that_has_expired_by_our_clock_is_refreshed_before_it_is_tried(staged):
    async with staged() as stage:
        await stage.office.providers()
        stage.clock.forward(86_401)
        assert await stage.office.providers()
        assert stage.grants() == 2
        assert len(stage.requests("GET", "/authorized_practices")) == 1  # the refresh key was enough
        assert all(r.status == 200 for r in stage.requests("GET", "/providers"))


async def test_a_refused_refresh_falls_back_to_a_first_grant_with_a_fresh_secret(staged):
    async with staged() as stage:
        await stage.office.providers()
        stage.world.keys.revoke_refresh_key(stage.keys.kept[OFFICE].refresh_key)
        stage.practice.secret_key = "A" * 32
        stage.world.expire_keys(OFFICE)
        assert await stage.office.providers()
        assert [r.status for r in stage.requests("POST", "/request_key")] == [200, 400, 200]
        assert len(stage.requests("GET", "/authorized_practices")) == 2


async def test_a_kept_key_without_a_refresh_key_is_replaced_by_a_first_grant(staged, clock):
    async with staged() as stage:
        stage.keys.kept[OFFICE] = RequestKey("0" * 32, "", 0, stage.clock.now() + 1000)
        assert await stage.office.providers()
        assert [r.status for r in stage.requests("POST", "/request_key")] == [200]


async def test_an_unknown_key_is_renewed_like_an_expired_one(staged):
    async with staged() as stage:
        await stage.office.providers()
        stage.world.keys.revoke(stage.keys.kept[OFFICE].request_key)
        assert await stage.office.providers()
        assert stage.grants() == 2


async def test_fifty_calls_whose_key_expires_renew_it_once_and_none_fails(staged):
    async with staged(rate_limit=1000) as stage:
        await stage.office.providers()
        stage.world.expire_keys(OFFICE)
        answered = []

        async def ask():
            answered.append(len(await stage.office.providers()))

        async with anyio.create_task_group() as callers:
            for _ in range(50):
                callers.start_soon(ask)
        assert answered == [len(stage.records.providers)] * 50
        assert stage.grants() == 2
        assert len(stage.keys.log) == 2


async def test_fifty_first_calls_get_one_key_between_them(staged):
    async with staged(rate_limit=1000) as stage:
        async with anyio.create_task_group() as callers:
            for _ in range(50):
                callers.start_soon(stage.office.providers)
        assert stage.grants() == 1


async def test_a_caller_who_hangs_up_in_mid_renewal_does_not_lose_the_key(staged):
    async with staged(switches=Switches(old_refresh_key_reusable=False)) as stage:
        await stage.office.providers()
        old = stage.keys.kept[OFFICE]
        saving, go_on = anyio.Event(), anyio.Event()

        async def wait_here():
            saving.set()
            await go_on.wait()

        stage.keys.before_save = wait_here
        async with anyio.create_task_group() as caller:
            caller.start_soon(lambda: stage.sikka.keys.renew(OFFICE, stale=old.request_key))
            await saving.wait()
            caller.cancel_scope.cancel()
        go_on.set()
        fresh = await stage.sikka.keys.renew(OFFICE, stale=old.request_key)
        assert fresh == stage.keys.kept[OFFICE] != old
        assert stage.grants() == 2


async def test_a_key_being_saved_is_kept_even_when_everything_is_stopped(staged):
    async with staged() as stage:

        async def stopped_meanwhile():
            stage.tasks.cancel_scope.cancel()
            await anyio.lowlevel.checkpoint()

        stage.keys.before_save = stopped_meanwhile
        with anyio.CancelScope(shield=True), contextlib.suppress(SikkaError):
            await stage.sikka.keys.current(OFFICE)
        assert OFFICE in stage.keys.kept


async def test_who_waits_for_a_renewal_that_is_stopped_is_told(staged):
    async with staged() as stage:
        await stage.keys.locks[OFFICE].acquire()
        told = []

        async def ask():
            with anyio.CancelScope(shield=True):
                try:
                    await stage.sikka.keys.current(OFFICE)
                except SikkaError as error:
                    told.append(error)

        async with anyio.create_task_group() as callers:
            callers.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            stage.tasks.cancel_scope.cancel()
        stage.keys.locks[OFFICE].release()
        assert len(told) == 1


async def test_two_processes_over_one_store_renew_once(staged):
    async with staged(switches=Switches(refresh_ends_old_request_key=True)) as stage:
        other = stage.another_process()
        await stage.office.providers()
        await other.office(OFFICE, live=True).providers()
        stage.world.expire_keys(OFFICE)
        async with anyio.create_task_group() as processes:
            processes.start_soon(stage.office.providers)
            processes.start_soon(other.office(OFFICE, live=True).providers)
        assert stage.grants() == 2
        assert [r.status for r in stage.requests("GET", "/providers")].count(200) == 4


async def test_a_key_that_another_process_renewed_is_taken_from_the_store(staged):
    async with staged(switches=Switches(refresh_ends_old_request_key=True)) as stage:
        other = stage.another_process()
        await other.office(OFFICE, live=True).providers()
        await stage.office.providers()
        held = stage.keys.kept[OFFICE]
        fresh = await stage.sikka.keys.renew(OFFICE, stale=held.request_key)
        assert await other.office(OFFICE, live=True).providers()
        assert await other.keys.current(OFFICE) == fresh
        assert stage.grants() == 2


async def test_a_renewal_asked_for_with_a_key_that_was_replaced_gives_the_new_one(staged):
    async with staged() as stage:
        first = await stage.sikka.keys.current(OFFICE)
        second = await stage.sikka.keys.renew(OFFICE, stale=first.request_key)
        assert await stage.sikka.keys.renew(OFFICE, stale=first.request_key) == second
        assert stage.grants() == 2


async def test_a_new_key_refused_while_its_own_renewal_still_ends_is_renewed_again(staged):
    async with staged() as stage:
        first = await stage.sikka.keys.current(OFFICE)
        brought, end = anyio.Event(), anyio.Event()
        releasing = stage.keys.renewing

        class Slow:
            def __init__(self, office_id):
                self.inner = releasing(office_id)

            async def __aenter__(self):
                await self.inner.__aenter__()

            async def __aexit__(self, *error):
                await self.inner.__aexit__(*error)
                brought.set()
                await end.wait()

        stage.keys.renewing = Slow
        got = []

        async def renew(stale):
            got.append(await stage.sikka.keys.renew(OFFICE, stale=stale))

        async with anyio.create_task_group() as callers:
            callers.start_soon(renew, first.request_key)
            await brought.wait()
            for _ in range(2):
                callers.start_soon(renew, stage.keys.kept[OFFICE].request_key)
            await anyio.lowlevel.checkpoint()
            end.set()
        second, third, also_third = got
        assert third == also_third
        assert len({first.request_key, second.request_key, third.request_key}) == 3
        assert stage.grants() == 3


async def test_a_missing_permission_never_renews_and_is_asked_once(staged):
    async with staged(denied=frozenset({"writeback_status", "data_sync_status"})) as stage:
        await stage.office.providers()
        for live in (True, False):
            with pytest.raises(NotPermitted) as refused:
                await stage.sikka.office(OFFICE, live=live).writeback_status("1")
            assert (refused.value.status, refused.value.code) == (401, "API2004")
        assert len(stage.requests("GET", "/writeback_status")) == 2
        with pytest.raises(NotPermitted):
            await stage.application.sync_status()
        assert stage.grants() == 1


async def test_a_key_refused_again_after_its_renewal_is_not_renewed_for_ever(staged):
    async with staged() as stage:
        await stage.office.providers()
        stage.world.faults.add(Fault("key_expired", path="/providers", times=None))
        with pytest.raises(KeyRefused):
            await stage.office.providers()
        assert stage.grants() == 2
        assert len(stage.requests("GET", "/providers")) == 3


@pytest.mark.parametrize(
    "kind", ["lost_before", "lost_after", "internal_error", "overloaded", "html", "half_body"]
)
async def test_a_grant_that_goes_wrong_is_asked_for_again(staged, kind):
    async with staged(switches=Switches(old_refresh_key_reusable=False)) as stage:
        await stage.office.providers()
        stage.world.faults.add(Fault(kind, path="/request_key"))
        stage.world.expire_keys(OFFICE)
        assert await stage.office.providers()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("lost_before", NoAnswer),
        ("internal_error", Trouble),
        ("rate_limited", RateLimited),
        ("html", Unreadable),
    ],
)
async def test_a_grant_that_keeps_going_wrong_fails_the_read_and_the_next_call_tries_afresh(
    staged, kind, error
):
    async with staged() as stage:
        stage.world.faults.add(Fault(kind, path="/request_key", times=None))
        with pytest.raises(error):
            await stage.sikka.keys.current(OFFICE)
        assert stage.grants() == 3
        stage.world.faults.clear()
        stage.clock.forward(61)
        assert await stage.office.providers()


async def test_wrong_credentials_are_named_and_nothing_else_is_tried(staged):
    async with staged() as stage:
        await stage.office.providers()
        wrong = stage.another_process(app_key="wrong" * 6)
        with pytest.raises(BadCredentials):
            await wrong.application(live=True).authorized_practices()
        with pytest.raises(BadCredentials):
            await wrong.keys.renew(OFFICE, stale=stage.keys.kept[OFFICE].request_key)
        assert stage.grants() == 2


async def test_an_office_that_is_not_the_applications_has_no_key_to_be_had(staged):
    async with staged() as stage:
        with pytest.raises(GrantRefused):
            await stage.sikka.office("D99999", live=True).providers()
        assert stage.grants() == 0


async def test_a_list_of_practices_outside_the_plan_is_not_mistaken_for_the_callers_own_refusal(staged):
    async with staged(denied=frozenset({"authorized_practices"})) as stage:
        with pytest.raises(GrantRefused):
            await stage.office.writeback_status("1")


async def test_an_unreadable_refusal_of_a_grant_is_still_a_refusal():
    from server.sikka.keys import _refusal  # noqa: PLC0415 - the one private seam that this looks at

    assert isinstance(_refusal(404, "<html>"), GrantRefused)
    assert isinstance(_refusal(502, "<html>"), Trouble)


async def test_a_grant_without_a_key_or_a_readable_life_is_judged_so(staged, monkeypatch):
    async with staged() as stage:
        asked = []

        async def ask(method, path, **_):
            from server.sikka.transport import Answer  # noqa: PLC0415 - only this test answers by itself

            asked.append(path)
            text = (
                '{"status": "active"}' if len(asked) < 2 else '[{"request_key": "k", "expires_in": "soon"}]'
            )
            return Answer(200, {}, text)

        stage.keys.kept[OFFICE] = RequestKey("old", "refresh", 0, 0)
        monkeypatch.setattr(stage.transport, "ask", ask)
        key = await stage.sikka.keys.current(OFFICE)
        assert asked == ["/request_key", "/request_key"]
        assert (key.request_key, key.refresh_key) == ("k", "refresh")  # the old refresh key stays good
        assert key.expires_at - key.issued_at == 86_400_000
