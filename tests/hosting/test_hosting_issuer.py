"""An issuer's tokens: which count, and how its keys are asked for."""

import time

import jwt
import pytest
from harness import ManualClock
from issuing import PUBLIC_URL
from issuing import Issuer as Stand

from server.hosting.issuer import ALGORITHMS, Issuer, IssuerUnreachable


@pytest.fixture
def stand():
    stand = Stand()
    yield stand
    stand.close()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def judge(stand, clock):
    return Issuer(stand.url, f"{stand.url}/keys", PUBLIC_URL, "chairtime_offices", clock)


async def test_a_good_token_allows_its_scopes_of_ours_in_its_offices(judge, stand):
    access = await judge.access(stand.token(scope="openid schedule:read admin", client_id="bland"))
    assert access.scopes == {"schedule:read", "admin"}
    assert access.offices == ("D10001", "D20002")
    assert access.token == "jwt:bland:a voice platform"


@pytest.mark.parametrize(
    "claims",
    [{"scope": None, "scp": ["schedule:read"]}, {"scope": "schedule:read", "aud": [PUBLIC_URL + "/", "x"]}],
)
async def test_issuers_write_scopes_and_audiences_in_several_ways(judge, stand, claims):
    assert (await judge.access(stand.token(**claims))).scopes == {"schedule:read"}


@pytest.mark.parametrize(
    ("given", "offices"),
    [
        ("D10001 D20002/1", ("D10001", "D20002/1")),
        ("D10001,D20002", ("D10001", "D20002")),
        (None, ()),
        (7, ()),
    ],
)
async def test_a_token_without_offices_has_none(judge, stand, given, offices):
    assert (await judge.access(stand.token(chairtime_offices=given))).offices == offices


@pytest.mark.parametrize("missing", ["exp", "iat", "iss", "aud", "sub"])
async def test_a_token_that_lacks_a_claim_counts_for_nothing(judge, stand, missing):
    assert await judge.access(stand.token(**{missing: None})) is None


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -60), ("nbf", 600), ("iat", 600)])
async def test_a_token_for_another_time_counts_for_nothing(judge, stand, claim, seconds):
    assert await judge.access(stand.token(**{claim: int(time.time()) + seconds})) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://issuer.example"},
        {"aud": "https://another.example"},
        {"aud": PUBLIC_URL + "/mcp2"},
        {"exp": "never"},
    ],
)
async def test_a_token_for_another_place_counts_for_nothing(judge, stand, claims):
    assert await judge.access(stand.token(**claims)) is None


async def test_a_signature_by_anything_but_the_issuers_key_counts_for_nothing(judge, stand):
    good = stand.token()
    stand.add_key("stranger", publish=False)
    public = jwt.PyJWK(stand.published[0]).key.public_numbers()
    assert await judge.access(stand.token(key=stand.keys["stranger"])) is None
    assert await judge.access(stand.token(key="", algorithm="none")) is None
    assert await judge.access(stand.token(key=f"{public.n:x}" * 2, algorithm="HS256")) is None
    assert await judge.access(good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")) is None
    assert await judge.access("not.a.token") is None
    assert await judge.access(good) is not None
    assert not [name for name in ALGORITHMS if name.startswith("HS") or name == "none"]


async def test_an_elliptic_key_will_do_and_a_secret_one_is_never_used(judge, stand):
    stand.add_key("curve", elliptic=True)
    stand.published += [
        {"kty": "oct", "k": "c2VjcmV0" * 8, "kid": "shared"},
        {"kty": "RSA", "kid": "broken"},
        {**stand.published[0], "kid": "sealing", "use": "enc"},
    ]
    assert await judge.access(stand.token(key_id="curve", algorithm="ES256")) is not None
    for key_id in ("shared", "broken"):
        secret = "secret" * 8
        assert await judge.access(stand.token(key_id=key_id, key=secret, algorithm="HS256")) is None
    assert await judge.access(stand.token(key_id="sealing", key=stand.keys["first"])) is None


async def test_a_token_without_a_key_id_is_of_an_issuers_only_key(judge, stand, clock):
    claims = jwt.decode(stand.token(), options={"verify_signature": False})
    bare = jwt.encode(claims, stand.keys["first"], algorithm="RS256")
    assert await judge.access(bare) is not None
    stand.add_key("second")
    clock.advance(601)
    assert await judge.access(bare) is None


async def test_keys_are_fetched_once_and_for_made_up_ids_at_a_limited_rate(judge, stand, clock):
    for _ in range(3):
        assert await judge.access(stand.token()) is not None
    assert stand.fetched == 1
    clock.advance(29)
    stand.add_key("new")
    for number in range(20):
        forged = stand.token(key_id=f"made up {number}", key=stand.keys["first"])
        assert await judge.access(forged) is None
    assert stand.fetched == 1
    clock.advance(2)
    assert await judge.access(stand.token(key_id="new")) is not None
    assert stand.fetched == 2


async def test_a_key_that_is_no_longer_published_ends_within_ten_minutes(judge, stand, clock):
    token = stand.token()
    assert await judge.access(token) is not None
    stand.published.clear()
    stand.add_key("next")
    clock.advance(599)
    assert await judge.access(token) is not None
    clock.advance(2)
    assert await judge.access(token) is None


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, None), (200, b"<html>"), (302, None), (200, b"[" * 300_000), (200, b'{"keys": 1}')],
)
async def test_an_issuer_that_is_down_is_believed_for_an_hour_and_asked_again(
    judge, stand, clock, status, body
):
    token = stand.token()
    assert await judge.access(token) is not None
    stand.status, stand.body = status, body
    clock.advance(3500)
    assert await judge.access(token) is not None
    clock.advance(200)
    with pytest.raises(IssuerUnreachable):
        await judge.access(token)
    stand.status, stand.body = 200, None
    clock.advance(31)
    assert await judge.access(token) is not None


async def test_an_issuer_that_was_never_reached_is_nobodys_word(clock, stand):
    judge = Issuer(stand.url, "http://127.0.0.1:9/keys", PUBLIC_URL, "chairtime_offices", clock)
    with pytest.raises(IssuerUnreachable):
        await judge.access(stand.token())
