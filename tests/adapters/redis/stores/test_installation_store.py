"""Tokens in Redis: what a thief of the database sees, moved rows, other versions, and the size."""

import json
from dataclasses import replace

import pytest

from bot.adapters.redis.codec import Unreadable
from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.key_rotation import KeyRotation, Rotated
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.installation_store import RedisInstallationStore
from bot.adapters.redis.stores.kept_data import RedisKeptData
from bot.panel.installations.installation import Installation

OLD, NEW = b"o" * 32, b"n" * 32
AT = "panelbot:{installations:A1}:at:"
ACME = Installation(
    app_id="A1", team_id="T0ACME00001", enterprise_id="E0GLOBEX001", bot_id="B0PBOT00001",
    bot_user_id="U0PBOT00001", token=f"xoxe.xoxb-1-{'a' * 160}",
    scopes=frozenset(f"scope{number}:{'write' if number % 2 else 'read'}" for number in range(25)),
    url="https://acme-corporation.enterprise.slack.com/", name="Acme Corporation " * 4,
    installer="U0INSTALL01", installed_at=1_790_000_000.123456,
    refresh_token=f"xoxe-1-{'b' * 150}", expires_at=1_790_043_200.123456,
)  # fmt: skip
OTHER = replace(ACME, team_id="T0OTHER0001", token="xoxb-other", refresh_token="xoxe-other")


def store(redis, *keys: bytes, app: str = "A1") -> RedisInstallationStore:
    return RedisInstallationStore(redis, app, Cipher(keys))


async def test_tokens_cannot_be_read_in_the_database(redis):
    await store(redis, NEW).save(ACME)

    kept = str(await redis.hgetall(AT + ACME.key))
    assert "xoxb" not in kept
    assert "xoxe" not in kept
    assert "Acme Corporation" in kept
    assert repr(ACME).count("xox") == 0


@pytest.mark.parametrize(
    ("source", "field"), [("T0OTHER0001", "token"), ("T0ACME00001", "refresh_token")]
)
async def test_a_token_that_was_moved_is_refused(redis, source, field):
    for one in (ACME, OTHER):
        await store(redis, NEW).save(one)
    moved = await redis.hget(AT + source, field)
    await redis.hset(AT + ACME.key, "token", moved)

    with pytest.raises(Unreadable, match="damaged or moved"):
        await store(redis, NEW).find(ACME.key)


@pytest.mark.parametrize(
    "field", ["token", "refresh_token", "about", "generation", "renewals", "expires_at"]
)
@pytest.mark.parametrize("value", [None, "{odd"])
async def test_a_damaged_record_is_named(redis, field, value):
    kept = store(redis)
    saved = await kept.save(ACME)
    await redis.hdel(AT + ACME.key, field)
    if value:
        await redis.hset(AT + ACME.key, field, value)
    if value and field in ("token", "refresh_token"):  # before there were keys, any text was one
        assert await kept.find(ACME.key) == replace(saved, **{field: value})
        return

    with pytest.raises(Unreadable, match=f"the installation of {ACME.key}: "):
        await kept.for_team(ACME.key)


async def test_a_token_of_another_app_is_refused(redis):
    await store(redis, NEW).save(ACME)
    await redis.copy(AT + ACME.key, (AT + ACME.key).replace("A1", "A2"))

    assert await store(redis, NEW, app="A2").for_team("T9") is None
    with pytest.raises(Unreadable):
        await store(redis, NEW, app="A2").find(ACME.key)


async def test_without_its_key_it_is_no_unknown_workspace(redis):
    await store(redis, OLD).save(ACME)

    with pytest.raises(Unreadable, match="not in PANELBOT_ENCRYPTION_KEYS"):
        await store(redis, NEW).for_team(ACME.key)


async def test_rotation_encrypts_all_tokens_anew(redis):
    await store(redis).save(ACME)
    saved = await store(redis, OLD).save(OTHER)
    rotated = await KeyRotation(redis, Cipher([NEW, OLD])).run()

    assert rotated == Rotated(renewed=4)
    assert await KeyRotation(redis, Cipher([NEW])).run() == Rotated(kept=4)
    assert await store(redis, NEW).find(OTHER.key) == saved
    assert (await store(redis, NEW).find(ACME.key)).token == ACME.token


async def test_what_a_newer_version_added_is_kept_when_tokens_are_replaced(redis):
    saved = await store(redis, NEW).save(ACME)
    about = json.loads(await redis.hget(AT + ACME.key, "about")) | {"plan": "pro"}
    await redis.hset(AT + ACME.key, mapping={"about": json.dumps(about), "more": "x"})
    assert await store(redis, NEW).find(ACME.key) == saved

    assert await store(redis, NEW).replace_tokens(replace(saved, token="xoxb-new"))
    kept = await redis.hgetall(AT + ACME.key)
    assert json.loads(kept["about"])["plan"] == "pro"
    assert kept["more"] == "x"


async def test_deleting_what_is_kept_of_a_workspace_leaves_its_installation(redis):
    await store(redis, NEW).save(ACME)

    assert await RedisKeptData(redis, Shards()).team_keys(ACME.key) == []


async def test_a_workspace_takes_less_than_three_kilobytes(redis):
    many = store(redis, NEW)
    await many.save(ACME)
    before = (await redis.info("memory"))["used_memory"]
    for number in range(1_000):
        await many.save(replace(ACME, team_id=f"T0ACME{number:05}"))
    each = ((await redis.info("memory"))["used_memory"] - before) / 1_000

    print(f"{each:.0f} bytes")  # noqa: T201
    assert each < 3_072
