"""Static tokens: found by what they read, kept as hashes, over when they are revoked or expired."""


async def test_a_token_is_found_by_what_it_reads_and_by_nothing_else(store, t0):
    made, text = await store.tokens.create(
        "platform",
        scopes=["schedule:read", "billing:read"],
        offices=["D10001", "D20002/1"],
        now=t0,
        expires_at=None,
    )
    assert await store.tokens.find(text, t0) == made
    for other in (
        "",
        text[:-1],
        text + "x",
        text.upper(),
        made.id,
        text.removeprefix("ctk_"),
        text + "\u00e9",
    ):
        assert await store.tokens.find(other, t0) is None
    assert (made.scopes, made.offices) == (("schedule:read", "billing:read"), ("D10001", "D20002/1"))


async def test_of_a_token_only_a_hash_is_kept(store, t0, tmp_path):
    _, text = await store.tokens.create("platform", scopes=[], offices=[], now=t0, expires_at=None)
    secret = text.removeprefix("ctk_").encode()
    assert not any(secret in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


async def test_a_token_ends_when_it_expires_or_is_revoked_and_is_listed_ever_after(store, t0):
    assert await store.tokens.any_made() is False
    brief, brief_text = await store.tokens.create("brief", scopes=[], offices=[], now=t0, expires_at=t0 + 10)
    lasting, lasting_text = await store.tokens.create(
        "lasting", scopes=[], offices=[], now=t0 + 1, expires_at=None
    )
    assert await store.tokens.find(brief_text, t0 + 9) == brief
    assert await store.tokens.find(brief_text, t0 + 10) is None
    await store.tokens.revoke(lasting.id, t0 + 5)
    await store.tokens.revoke(lasting.id, t0 + 6)
    assert await store.tokens.find(lasting_text, t0 + 6) is None
    assert [(token.name, token.revoked_at) for token in await store.tokens.list()] == [
        ("brief", None),
        ("lasting", t0 + 5),
    ]
    assert await store.tokens.any_made() is True
