from base64 import urlsafe_b64encode

import pytest

from bot.settings.environment import ConfigError, read
from bot.settings.needs import SLACK_IN

SIGNING_SECRET = "8f742231b10e8888abcd99baac1c85a5"
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    "OPENAI_API_KEY": "sk-1",
    "REDIS_URL": "redis://localhost:6379/0",
}


def problems(environ: dict[str, str], *needs: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(environ, *needs)
    return [problem.name for problem in caught.value.problems]


def test_defaults_fill_what_is_not_given():
    config = read(GOOD, *GOOD)

    assert config.slack_api_url == "https://slack.com/api/"
    assert config.port == 3000
    assert not config.uses_socket_mode


def test_secrets_are_not_shown_with_the_rest():
    secrets = {
        **GOOD,
        "SLACK_APP_TOKEN": "xapp-1-A1-1-own",
        "REDIS_URL": "redis://bot:own-password@localhost",
        "PANELBOT_CLIENT_SECRET": "own-client-secret",
        "PANELBOT_SECRETS": "own-secret-of-thirty-two-characters",
        "PANELBOT_ENCRYPTION_KEYS": urlsafe_b64encode(b"own" * 10 + b"xx").decode(),
    }
    shown = repr(read(secrets))

    assert "redis_shards=1" in shown
    assert [text for text in ("own", "xoxb-", "sk-", SIGNING_SECRET) if text in shown] == []


@pytest.mark.parametrize(("value", "language"), [("de", "de"), ("PT", "pt"), ("", "")])
def test_a_language_for_all_is_one_that_the_bot_speaks(value: str, language: str):
    assert read(GOOD | {"PANELBOT_LANGUAGE": value}).language == language

    with pytest.raises(
        ConfigError, match=r"PANELBOT_LANGUAGE is “tlh”, but should be one of en, de, "
    ):
        read(GOOD | {"PANELBOT_LANGUAGE": "tlh"})


@pytest.mark.parametrize("value", ["assistants", "Assistants"])
def test_a_backend_is_chosen_by_its_name(value: str):
    assert read(GOOD).backend == "conversations"
    assert read(GOOD | {"PANELBOT_BACKEND": value}).backend == "assistants"
    assert problems({"PANELBOT_BACKEND": "threads"}) == ["PANELBOT_BACKEND"]


@pytest.mark.parametrize(("value", "tokens"), [("", 100_000), ("0", 0), ("1000", 1000)])
def test_summing_up_can_be_left_to_nobody(value: str, tokens: int):
    assert read(GOOD | {"PANELBOT_COMPACT_TOKENS": value}).compact_tokens == tokens


def test_every_missing_setting_is_named_at_once():
    assert problems({}, *GOOD) == list(GOOD)


def test_a_missing_setting_comes_with_an_example():
    with pytest.raises(ConfigError, match=r"REDIS_URL is missing\. For example REDIS_URL=redis://"):
        read({}, "REDIS_URL")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1"),
        ("SLACK_APP_TOKEN", "xoxb-1"),
        ("SLACK_API_URL", "slack.com"),
        ("OPENAI_BASE_URL", "ftp://host"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("LOG_LEVEL", "LOUD"),
        ("PANELBOT_SECRET", "short"),
        ("PANELBOT_ADMINS", "@ann"),
        ("PANELBOT_FALLBACK_MODELS", "a model"),
        ("PANELBOT_APPROVERS", "asker,ann"),
        ("PANELBOT_APPROVAL_HOURS", "1000"),
        ("PANELBOT_EXPERT_TIMEOUT", "nan"),
        ("PANELBOT_FUNCTION_TIMEOUT", "0"),
        ("PANELBOT_EXPERT_LEVELS", "0"),
        ("PANELBOT_CONCURRENCY", "0"),
        ("PANELBOT_COMPACT_TOKENS", "999"),
        ("PANELBOT_LEASE", "0.5"),
    ],
)
def test_a_malformed_setting_is_named_even_where_it_is_not_needed(name, value):
    assert problems({name: value}) == [name]


def test_metadata_is_signed_with_the_first_secret_and_verified_with_all():
    secret, older = "a" * 32, "b" * 32

    assert read(GOOD | {"PANELBOT_SECRET": f"{secret},{older}"}).secrets == (secret, older)
    assert read(GOOD).secrets == (SIGNING_SECRET,)


@pytest.mark.parametrize("need", SLACK_IN)
def test_with_neither_way_to_receive_events_both_are_named(need: str):
    with pytest.raises(ConfigError) as caught:
        read({"SLACK_APP_TOKEN": " "}, need)
    (problem,) = caught.value.problems
    assert str(problem).startswith("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing. For Socket")
    assert "For HTTP: SLACK_SIGNING_SECRET=" in problem.remedy
    for either in ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        assert read({either: "xapp-1" if "APP" in either else SIGNING_SECRET}, need)


def test_all_that_is_wrong_or_missing_is_told_at_once():
    wrong = {"PORT": "x", "PANELBOT_LEASE": "1000", "PANELBOT_ADMINS": "ann"}
    assert set(problems(wrong, *GOOD, *SLACK_IN)) == {*wrong, *GOOD, *SLACK_IN}


def test_who_may_approve_is_the_asker_and_admins_unless_others_are_named():
    assert read(GOOD).approvers == {"asker", "admins"}
    named = GOOD | {"PANELBOT_APPROVERS": "anyone, U012AB, S345CD"}
    assert read(named).approvers == {"anyone", "U012AB", "S345CD"}
    assert read(GOOD | {"PANELBOT_APPROVERS": " , "}).approvers == {"asker", "admins"}


def test_a_server_of_ones_own_answers_hard_questions_with_the_experts_model():
    own = {"OPENAI_BASE_URL": "http://localhost:8000/v1", "PANELBOT_EXPERT_MODEL": "qwen3"}
    assert read(own).hard_model == "qwen3"
    assert read(own | {"PANELBOT_HARD_MODEL": "big"}).hard_model == "big"
    assert read({"PANELBOT_EXPERT_MODEL": "qwen3"}).hard_model != "qwen3"
