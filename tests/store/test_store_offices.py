import pytest

from store.errors import UnknownOffice

GRANT = {
    "request_key": "request-1",
    "refresh_key": "refresh-1",
    "token_expiry": 5_000,
    "token_issued_at": 4_000,
    "scope": "Practice Management",
}


async def test_an_office_is_a_pair_and_keeps_its_id(store, add_office):
    one = await add_office(store, "D100", "1")
    other = await add_office(store, "D100", "2")
    third = await add_office(store, "D200", "1")
    again = await add_office(store, "D100", "1", practice_name="Maple Dental North")
    assert again.id == one.id
    assert again.practice_name == "Maple Dental North"
    assert await store.offices.list() == [again, other, third]
    assert await store.offices.list("D200") == [third]
    assert await store.offices.get(other.id) == other
    assert await store.offices.get("none") is None


async def test_the_age_of_the_copy_moves_only_when_the_copy_does(store, add_office):
    first = await add_office(store, now=100, as_of="10:00")
    assert (first.as_of, first.as_of_seen_at) == ("10:00", 100)
    same = await add_office(store, now=200, as_of="10:00")
    assert same.as_of_seen_at == 100
    assert not await store.offices.saw_as_of(first.id, "10:00", 300)
    assert await store.offices.saw_as_of(first.id, "11:00", 400)
    moved = await store.offices.get(first.id)
    assert (moved.as_of, moved.as_of_seen_at) == ("11:00", 400)


async def test_an_unknown_age_of_the_copy_changes_nothing(store, add_office):
    unknown = await add_office(store, as_of="")
    assert (unknown.as_of, unknown.as_of_seen_at) == ("", None)
    known = await add_office(store, now=100, as_of="10:00")
    assert await add_office(store, now=200, as_of="") == known
    assert not await store.offices.saw_as_of(known.id, "", 300)


async def test_keys_belong_to_the_office_id_and_reach_all_its_practices(store, add_office):
    await add_office(store, "D100", "1")
    await store.offices.save_keys("D100", **GRANT, now=4_000)
    await add_office(store, "D100", "2", secret_key=None)
    await add_office(store, "D200", "1", secret_key="secret-2")
    rows = await store.database.fetch("SELECT * FROM pms_integrations WHERE office_id = 'D100'")
    columns = ("secret_key", "request_key", "refresh_key", "token_expiry", "token_issued_at", "scope")
    assert len({tuple(row[column] for column in columns) for row in rows}) == 1
    keys = await store.offices.keys("D100")
    assert (keys.secret_key, keys.request_key, keys.refresh_key) == ("secret-1", "request-1", "refresh-1")
    assert (keys.token_expiry, keys.token_issued_at, keys.scope) == (5_000, 4_000, "Practice Management")
    assert (await store.offices.keys("D200")).request_key is None


async def test_bringing_an_office_up_to_date_touches_no_key_but_the_secret_one(store, add_office):
    await add_office(store)
    await store.offices.save_keys("D100", **GRANT, now=4_000)
    await add_office(store, secret_key="secret-new")
    keys = await store.offices.keys("D100")
    assert (keys.secret_key, keys.request_key) == ("secret-new", "request-1")
    await add_office(store, secret_key=None)
    assert (await store.offices.keys("D100")).secret_key == "secret-new"


async def test_saved_keys_are_there_after_a_restart(reopen, add_office):
    async with await reopen() as store:
        await add_office(store)
        await store.offices.save_keys("D100", **(GRANT | {"token_issued_at": None}), now=4_321)
    async with await reopen() as store:
        keys = await store.offices.keys("D100")
        assert (keys.request_key, keys.token_issued_at) == ("request-1", 4_321)


async def test_keys_can_be_taken_away_again(store, add_office):
    await add_office(store)
    await store.offices.save_keys("D100", **GRANT, now=4_000)
    await store.offices.save_keys("D100", **dict.fromkeys(GRANT), now=5_000)
    keys = await store.offices.keys("D100")
    assert (keys.secret_key, keys.request_key, keys.refresh_key, keys.token_issued_at) == (
        "secret-1",
        None,
        None,
        None,
    )


async def test_keys_of_an_unknown_office_are_none_and_cannot_be_saved(store):
    assert await store.offices.keys("D999") is None
    with pytest.raises(UnknownOffice):
        await store.offices.save_keys("D999", **GRANT, now=4_000)


async def test_keys_do_not_show_in_a_repr(store, add_office):
    await add_office(store)
    await store.offices.save_keys("D100", **GRANT, now=4_000)
    shown = repr(await store.offices.keys("D100"))
    assert not any(value in shown for value in ("secret-1", "request-1", "refresh-1"))


async def test_one_at_a_time_may_refresh_the_keys_of_an_office_id(store, add_office):
    await add_office(store, "D100", "1")
    await add_office(store, "D200", "1")
    claim = store.offices.claim_key_refresh
    assert await claim("D100", owner="a", now=1_000, lease_ms=500)
    assert not await claim("D100", owner="b", now=1_499, lease_ms=500)
    assert not await claim("D100", owner="a", now=1_499, lease_ms=500)
    await add_office(store, "D100", "2")
    assert not await claim("D100", owner="b", now=1_499, lease_ms=500)
    assert await claim("D200", owner="b", now=1_499, lease_ms=500)
    assert await claim("D100", owner="b", now=1_500, lease_ms=500)


async def test_only_the_one_who_refreshes_ends_it(store, add_office):
    await add_office(store)
    claim, release = store.offices.claim_key_refresh, store.offices.release_key_refresh
    assert await claim("D100", owner="a", now=1_000, lease_ms=500)
    await release("D100", "b")
    assert not await claim("D100", owner="b", now=1_001, lease_ms=500)
    await release("D100", "a")
    assert await claim("D100", owner="b", now=1_001, lease_ms=500)
    assert not await claim("D999", owner="b", now=1_001, lease_ms=500)
