"""The settings of one workspace, over those of the deployment."""

import pytest

from bot.panel.installations.workspace_settings import Origin
from bot.settings.environment import ConfigError, read
from bot.settings.sections.model import OPENAI_API
from bot.settings.workspace_config import check, model_server, origin, workspace_config

VLLM = {"OPENAI_API_KEY": "sk-ours", "OPENAI_BASE_URL": "http://vllm:8000/v1"}


def config(own, team="T1", **environ):
    return workspace_config(read(environ), team, own)


def test_a_workspace_without_settings_has_the_deployments():
    deployment = read(VLLM)
    assert workspace_config(deployment, "T1", {}) == deployment
    assert workspace_config(deployment, "T1", {"REDIS_URL": "redis://elsewhere"}) == deployment


@pytest.mark.parametrize(
    ("name", "ours", "counts"),
    [
        ("PANELBOT_ADMINS", "U012AB3CD", ""),
        ("PANELBOT_ALERTS", "C012AB3CD", ""),
        ("PANELBOT_APPS", "A012AB3CD", ""),
        ("PANELBOT_ASKERS", "members,guests:C012AB3CD,U012AB3CD", "members"),
        ("PANELBOT_ASKERS", "U012AB3CD", "admins"),
        ("PANELBOT_APPROVERS", "asker,S012AB3CD", "asker"),
        ("PANELBOT_APPROVERS", "U012AB3CD", "admins"),
    ],
)
def test_an_id_of_one_workspace_gives_nobody_any_right_in_another(name, ours, counts):
    assert workspace_config(read({name: ours}), "T1", {}) == read({name: counts})
    theirs = ours.replace("012", "345")
    assert workspace_config(read({name: ours}), "T1", {name: theirs}) == read({name: theirs})


def test_the_deployments_key_never_goes_to_a_workspaces_server():
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL is set without a key"):
        config({"OPENAI_BASE_URL": "https://models.example.com/v1"}, **VLLM)

    own = {"OPENAI_BASE_URL": "https://models.example.com/v1", "OPENAI_API_KEY": "sk-theirs"}
    theirs = config(own, **VLLM)
    assert theirs.openai_base_url == own["OPENAI_BASE_URL"]
    assert theirs.openai_api_key == "sk-theirs"


def test_a_workspaces_key_never_goes_to_the_deployments_server():
    theirs = config({"OPENAI_API_KEY": "sk-theirs"}, **VLLM, PANELBOT_EXPERT_MODEL="llama")
    assert (theirs.openai_api_key, theirs.openai_base_url) == ("sk-theirs", OPENAI_API)
    assert theirs.expert_model != "llama"  # which that server does not have


def test_where_the_server_is_the_same_so_are_the_models():
    theirs = config({"OPENAI_API_KEY": "sk-theirs"}, PANELBOT_EXPERT_MODEL="gpt-7")
    assert theirs.expert_model == "gpt-7"


def test_go_deeper_follows_the_experts_model_where_nothing_else_is_known():
    assert config({"PANELBOT_EXPERT_MODEL": "qwen"}, **VLLM).hard_model == "qwen"
    hard = config({"PANELBOT_EXPERT_MODEL": "qwen"}, **VLLM, PANELBOT_HARD_MODEL="big")
    assert hard.hard_model == "big"


def test_workspaces_with_the_same_server_are_told_apart_from_others():
    deployment = read(VLLM)
    assert model_server(config({"PANELBOT_LANGUAGE": "de"}, **VLLM)) == model_server(deployment)
    theirs = model_server(config({"OPENAI_API_KEY": "sk-theirs"}, **VLLM))
    assert theirs != model_server(deployment)
    assert "sk-theirs" not in repr(theirs)


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "counts"),
    [
        ("PANELBOT_MAX_CONSULTATIONS", "5", "3", "3"),
        ("PANELBOT_MAX_CONSULTATIONS", "5", "9", "5"),
        ("PANELBOT_QUESTIONS_OF_PERSON", "30", "0", "30"),
        ("PANELBOT_QUESTIONS_OF_PERSON", "0", "10", "10"),
        ("PANELBOT_QUESTIONS_OF_PERSON", "0", "0", "0"),
        ("PANELBOT_RETENTION_DAYS", "0", "7", "7"),
        ("PANELBOT_RETENTION_DAYS", "7", "30", "7"),
        ("PANELBOT_UNINSTALL_DAYS", "7", "0", "0"),
        ("PANELBOT_CHANNELS", "all", "C012,direct", "C012,direct"),
        ("PANELBOT_CHANNELS", "T012,T345", "C012", "C012"),
        ("PANELBOT_CHANNELS", "C012,direct", "C012,C345", "C012"),
        ("PANELBOT_CHANNELS_DENIED", "C012", "C345", "C012,C345"),
        ("PANELBOT_TOOLS_DENIED", "web-search", "mcp:tickets", "mcp:tickets,web-search"),
        ("PANELBOT_ASKERS", "members", "guests", "guests"),
        (
            "PANELBOT_BUDGETS",
            "deployment $500/month, workspace $50/month, person $2/day",
            "deployment $900/month, workspace $90/month",
            "deployment $500/month, person $2/day, workspace $90/month",
        ),
    ],
)
def test_what_the_deployment_bounds_is_bounded(name, ours, theirs, counts):
    expected = read({name: counts})
    found = workspace_config(read({name: ours}), "T012", {name: theirs})
    assert found == expected


def test_a_workspace_has_no_value_that_cannot_be_read():
    with pytest.raises(ConfigError, match="PANELBOT_ASKERS"):
        config({"PANELBOT_ASKERS": "nobody at all"})


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"REDIS_URL": "redis://x"}, "REDIS_URL cannot be set for a workspace"),
        ({"PANELBOT_LANGAUGE": "de"}, "PANELBOT_LANGUAGE"),
        ({"PANELBOT_UNSURE": "sometimes"}, "PANELBOT_UNSURE is “sometimes”, but should be one of"),
        ({"PANELBOT_MAX_CONSULTATIONS": "9"}, "more than this installation allows: 8"),
        ({"PANELBOT_BUDGETS": "deployment $9/day"}, "PANELBOT_BUDGETS is more than"),
        ({"PANELBOT_CHANNELS": "C012AB3CD"}, None),
    ],
)
def test_what_is_set_is_checked(own, told):
    deployment = read({})
    if told is None:
        check(deployment, "T1", own)
        return
    with pytest.raises(ConfigError) as caught:
        check(deployment, "T1", own)
    assert told in str(caught.value)


def test_each_value_says_where_it_comes_from():
    deployment = read({"PANELBOT_LANGUAGE": "de", "PANELBOT_MAX_CONSULTATIONS": "5"})
    own = {"PANELBOT_UNSURE": "eager", "PANELBOT_MAX_CONSULTATIONS": "7"}

    def from_(field):
        return origin(deployment, workspace_config(deployment, "T1", own), own, field)

    assert from_("unsure") is Origin.WORKSPACE
    assert from_("language") is Origin.DEPLOYMENT
    assert from_("learning") is Origin.DEFAULT
    assert from_("max_consultations") is Origin.DEPLOYMENT  # which allows no more
