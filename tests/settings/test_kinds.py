"""What is said of a value that cannot be read, and what is not: secrets."""

import pytest

from bot.settings.config import SETTINGS
from bot.settings.environment import ConfigError, read


def told(name: str, value: str) -> str:
    """Return what is said of a value."""
    with pytest.raises(ConfigError) as caught:
        read({name: value})
    assert [problem.name for problem in caught.value.problems] == [name]
    return str(caught.value).removeprefix(f"{name} ")


@pytest.mark.parametrize(
    ("name", "value", "what", "meant"),
    [
        ("PORT", "http", "is “http”, but should be a whole number, 1 to 65535", ""),
        ("PORT", "3,000", "is “3,000”, but should be a whole number", "3000"),
        ("PORT", "3000.0", "is “3000.0”, but should be a whole number", "3000"),
        ("PORT", "99,000", "is “99,000”, but should be a whole number", ""),
        ("PANELBOT_EXPERT_TIMEOUT", "3m", "is “3m”, but should be a number of seconds", "180"),
        ("PANELBOT_EXPERT_TIMEOUT", "90 secs", "is “90 secs”, but should be a number", "90"),
        ("PANELBOT_EXPERT_TIMEOUT", "2 months", "is “2 months”, but should be a number of", ""),
        ("PANELBOT_EXPERT_TIMEOUT", "2h", "is “2h”, but should be a number of seconds, 5 to", ""),
        ("PANELBOT_LEASE", "7,5", "is “7,5”, but should be a number of seconds, 1 to 300", "7.5"),
        ("PANELBOT_APPROVAL_HOURS", "30 min", "is “30 min”, but should be a number of h", "0.5"),
        ("PANELBOT_RETENTION_DAYS", "4w", "is “4w”, but should be a whole number of days", "28"),
        ("PANELBOT_HISTORY_TOKENS", "16k", "is “16k”, but should be a whole number of", "16000"),
        ("PANELBOT_FUNCTION_MEMORY", "2GB", "is “2GB”, but should be a whole number of", "2048"),
        ("LOG_LEVEL", "warn", "is “warn”, but should be one of DEBUG, INFO, WARNING", "WARNING"),
        ("LOG_LEVEL", "LOUD", "is “LOUD”, but should be one of DEBUG, INFO, WARNING", ""),
        ("PANELBOT_LANGUAGE", "de-DE", "is “de-DE”, but should be one of en, de", "de"),
        ("PANELBOT_LANGUAGE", "pt_BR.UTF-8", "is “pt_BR.UTF-8”, but should be", "pt"),
        ("PANELBOT_BACKEND", "assistant", "is “assistant”, but should be one", "assistants"),
        ("SLACK_API_URL", "slack.com", "is “slack.com”, but should be a URL", "https://slack.com"),
        ("OPENAI_BASE_URL", "htps://a.b/v1", "is “htps://a.b/v1”, but", "https://a.b/v1"),
        ("OPENAI_BASE_URL", "http://a/v1/responses", "is “http://a/v1/responses”", "http://a/v1"),
        (
            "OPENAI_BASE_URL",
            "http://a/v1/chat/completions/",
            "is “http://a/v1/chat/co",
            "http://a/v1",
        ),
        ("OPENAI_BASE_URL", "https://[", "is “https://[”, but should be a URL", ""),
        ("PANELBOT_ADMINS", "@ann, U012AB", "contains “@ann”, but should be ids of people", ""),
        ("PANELBOT_ADMINS", "U012AB; u345cd", "contains “U012AB; u345cd”", "U012AB,U345CD"),
        ("PANELBOT_ADMINS", '["U012AB", "U3"]', 'contains “["U012AB"”, “"U3"]”', ""),
        ("PANELBOT_ASKERS", "member,guest", "contains “member”, “guest”, but", "members,guests"),
        ("PANELBOT_CHANNELS", "dirct", "contains “dirct”, but should be ids of", "direct"),
        ("PANELBOT_CHANNELS", "#general", "contains “#general”, but should be ids of", ""),
        ("PANELBOT_LINK_DOMAINS", "https://a.com/", "contains “https://a.com/”, but", "a.com"),
        ("PANELBOT_HOST", "'0.0.0.0'", "has quotes around its value; leave them out", ""),
        ("PANELBOT_TOOLS", "“a.yaml”", "has quotes around its value; leave them out", ""),
    ],
)
def test_errors_say_what_is_wrong_and_what_is_right(name, value, what, meant):
    sentence = told(name, value)
    assert sentence.startswith(what)
    right = f" Did you mean {name}={meant}?" if meant else f" For example {name}="
    assert right in sentence
    if meant:
        assert read({name: meant})


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("SLACK_BOT_TOKEN", "hush", "should begin with xoxb-."),
        ("SLACK_BOT_TOKEN", "xapp-1-hush", "begins with xapp-, as app-level tokens do (SLACK_APP"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-hush", "begins with xoxe, as tokens do that expire"),
        (
            "SLACK_APP_TOKEN",
            "xoxb-hush",
            "begins with xoxb-, as bot tokens do (SLACK_BOT_TOKEN), b",
        ),
        ("SLACK_SIGNING_SECRET", "xoxb-hush", "begins with xoxb-, as bot tokens do"),
        ("OPENAI_API_KEY", "xapp-hush", "begins with xapp-, as app-level tokens do"),
        ("OPENAI_API_KEY", "sk-hush\nsk-hush", "has a blank or line break after 7 characters"),
        ("OPENAI_API_KEY", "sk-hush…", "has a sign that keys never have after 7 characters"),
        ("SLACK_BOT_TOKEN", '"xoxb-hush"', "has quotes around its value; leave them out."),
        ("SLACK_BOT_TOKEN", "xoxb-", "is still a placeholder; put your own there."),
        ("SLACK_BOT_TOKEN", "xoxb-your-hush-token", "is still a placeholder; put your own there."),
        ("SLACK_APP_TOKEN", "xapp-", "is still a placeholder; put your own there."),
        ("OPENAI_API_KEY", "sk-", "is still a placeholder; put your own there."),
        ("OPENAI_API_KEY", "sk-…", "is still a placeholder; put your own there."),
        ("OPENAI_API_KEY", "sk-proj-...", "is still a placeholder; put your own there."),
        ("OPENAI_API_KEY", "<your key>", "is still a placeholder; put your own there."),
        ("REDIS_URL", "http://me:hush@host", "should begin with redis:// or rediss:// or"),
        ("PANELBOT_SECRET", "hush", "should be texts of at least 16 characters without blanks, w"),
        ("PANELBOT_SECRET", f"{'a' * 16},hush hush hush hush", "should be texts of at least 16"),
        ("PANELBOT_ENCRYPTION_KEYS", "hush", "should be keys of 32 bytes in base64, with com"),
        ("PORT", "sk-hush", "should be a whole number, 1 to 65535"),
        ("PORT", "hush" * 10, "should be a whole number, 1 to 65535"),
        ("SLACK_API_URL", "ftp://me:hush@host", "should be a URL, which begins with https://"),
        ("PANELBOT_ADMINS", "xoxb-hush", "should be ids of people (U…), with commas between"),
    ],
)
def test_no_part_of_a_secret_shows_in_an_error_wherever_it_was_pasted(name, value, what):
    sentence = told(name, value)
    assert sentence.startswith(what)
    assert "hush" not in sentence


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_any_value_is_read_or_told(setting):
    for value in ("", ",", "\0", "💥", "x" * 5_000, "1e999", "nan", "[", "://", "-", "9" * 5_000):
        try:
            read({setting.name: value})
        except ConfigError as error:
            assert setting.name in str(error)  # noqa: PT017 - some are read
            assert len(str(error)) < 600  # noqa: PT017


@pytest.mark.parametrize(
    "key", ["none", "EMPTY", "x", "sk-1234", "sk-proj-aYouRbXXXXc", "your-key"]
)
def test_a_server_of_ones_own_may_take_any_key(key):
    assert read({"OPENAI_API_KEY": key}).openai_api_key == key


def test_the_example_as_it_comes_is_not_complete(repository):
    lines = (repository / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and line[0] != "#")

    with pytest.raises(ConfigError) as error:
        read(given)

    names = {problem.name for problem in error.value.problems}
    assert names == {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY"}


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "OPENAI_API_KEY", "REDIS_URL"])
@pytest.mark.parametrize("value", ["$OTHER_NAME", "${other_name}"])
def test_a_variable_is_told_from_a_secret(name, value):
    sentence = told(name, value)
    assert sentence.startswith("is the name of a variable, whose value is not looked up.")
