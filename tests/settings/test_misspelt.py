import pytest

from bot.settings.config import SETTINGS
from bot.settings.misspelt import remarks

NAMES = [setting.name for setting in SETTINGS.values()]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PANELBOT_TOLS", "PANELBOT_TOOLS"),
        ("PANELBOT_ADMIN", "PANELBOT_ADMINS"),
        ("PANELBOT_EXPERT_MODLE", "PANELBOT_EXPERT_MODEL"),
        ("PANEL_BOT_ADMINS", "PANELBOT_ADMINS"),
        ("PANLEBOT_LEASE", "PANELBOT_LEASE"),
        ("panelbot_lease", "PANELBOT_LEASE"),
        ("PANELBOT-LEASE", "PANELBOT_LEASE"),
        ("PANELBOT_PORT", "PORT"),
        ("PANELBOT_LOG_LEVEL", "LOG_LEVEL"),
        ("PANELBOT_SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN"),
        ("PANELBOT_SIGNING_SECRET", "SLACK_SIGNING_SECRET"),
        ("SLACK_BOT_TOKENS", "SLACK_BOT_TOKEN"),
        ("SLACKBOT_TOKEN", "SLACK_BOT_TOKEN"),
        ("slack_bot_token", "SLACK_BOT_TOKEN"),
        ("SLACK_SIGNIN_SECRET", "SLACK_SIGNING_SECRET"),
        ("OPENAI_APIKEY", "OPENAI_API_KEY"),
        ("OPENAI_KEY", "OPENAI_API_KEY"),
        ("SLACK_TOKEN", "SLACK_BOT_TOKEN"),
        ("OPEN_AI_API_KEY", "OPENAI_API_KEY"),
        ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
        ("REDIS_URI", "REDIS_URL"),
        ("EXPERT_MODEL", "PANELBOT_EXPERT_MODEL"),
        ("LOGLEVEL", "LOG_LEVEL"),
    ],
)
def test_a_misspelt_name_is_told_with_the_one_that_is_meant(name: str, meant: str):
    (remark,) = remarks({name: "1"})
    assert remark == f"{name} is set, but is not a setting of Panelbot. Did you mean `{meant}`?"


def test_a_name_with_our_prefix_is_told_whatever_it_may_mean():
    assert remarks({"PANELBOT_XYZZY_QQ": "1"}) == [
        "PANELBOT_XYZZY_QQ is set, but is not a setting of Panelbot."
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SERVICE_NAME"),
        *("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT"),
    ],
)
def test_what_else_opentelemetry_has_is_no_setting_of_ours(name: str):
    assert remarks({name: "1"}) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_setting_is_taken_for_a_misspelt_one_and_each_is_found_by_a_typo(name: str):
    assert remarks({name: "1"}) == []
    typo = f"{name[:-2]}{name[-1]}{name[-2]}"
    if len(name) > 4:  # POTR may be anything
        assert f"Did you mean `{name}`?" in remarks({typo: "1"})[0]


@pytest.mark.parametrize(
    "environ",
    [
        {"HOST": "x", "LANGUAGE": "de", "TOOLS": "x", "PATH": "x", "SECRET": "x", "PORTS": "1"},
        {"SLACK_CLIENT_SECRET": "x", "OPENAI_ORG_ID": "x", "SLACK_WEBHOOK_URL": "x"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_BOT_TOKEN_2": "xoxb-2"},
        {"REDIS_HOST": "x", "REDIS_PASSWORD": "x", "OPENAI_MODEL": "x"},
        {"PANELBOT_SERVICE_HOST": "10.0.0.1", "PANELBOT_SERVICE_PORT": "80"},
        {"PANELBOT_PORT": "tcp://10.0.0.1:80", "PANELBOT_PORT_80_TCP_ADDR": "10.0.0.1"},
        {"PANELBOT_WEB_SERVICE_PORT_HTTP": "80", "PANELBOT_WEB_PORT": "tcp://10.0.0.1:80"},
        {"PANELBOT_TOLS": " "},
        {"PANELBOT_PEERS": "x", "PANELBOT_SHARED": "x", "PANELBOT_CHROMIUM": "x"},  # of our tests
    ],
)
def test_what_is_of_others_is_not_told(environ: dict[str, str]):
    assert remarks(environ) == []


def test_names_that_the_tools_file_gives_to_secrets_are_no_misspelt_settings(tmp_path):
    file = tmp_path / "tools.yaml"
    file.write_text("mcp: [{label: a, authorization: PANELBOT_JIRA_TOKEN}]")
    environ = {"PANELBOT_JIRA_TOKEN": "x"}
    assert remarks(environ | {"PANELBOT_TOOLS": str(file)}) == []
    assert len(remarks(environ | {"PANELBOT_TOOLS": "/no/such"})) == 1


def test_blanks_around_a_value_are_told():
    (remark,) = remarks({"OPENAI_API_KEY": "sk-hush\n", "PORT": "1"})
    assert remark.startswith("OPENAI_API_KEY has blanks or line breaks around its value")
    assert "hush" not in remark
