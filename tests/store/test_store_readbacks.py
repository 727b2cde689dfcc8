async def test_the_first_time_something_is_read_back_is_kept(store, office):
    assert await store.readbacks.read(office, "k", 1_000, 500) == 1_000
    assert await store.readbacks.read(office, "k", 1_400, 500) == 1_000
    assert await store.readbacks.read_at(office, "k", 1_899) == 1_000


async def test_a_readback_expires_and_then_begins_anew(store, office):
    await store.readbacks.read(office, "k", 1_000, 500)
    assert await store.readbacks.read_at(office, "k", 1_499) == 1_000
    assert await store.readbacks.read_at(office, "k", 1_500) is None
    assert await store.readbacks.read(office, "k", 1_500, 500) == 1_500


async def test_what_was_never_read_back_here_has_no_time(store, office, add_office):
    other = await add_office(store, "D200")
    await store.readbacks.read(office, "k", 1_000, 500)
    assert await store.readbacks.read_at(office, "other", 1_001) is None
    assert await store.readbacks.read_at(other.id, "k", 1_001) is None


async def test_expired_readbacks_are_forgotten(store, office):
    await store.readbacks.read(office, "a", 1_000, 500)
    await store.readbacks.read(office, "b", 1_001, 500)
    assert await store.readbacks.purge(1_500) == 1
    assert await store.readbacks.read_at(office, "b", 1_500) == 1_001
