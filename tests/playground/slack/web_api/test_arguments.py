import pytest

from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.web_api.arguments import METHODS, arguments_of, checked
from bot.playground.slack.web_api.endpoint import accepted_scopes
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods import table

OURS_ALONE = {
    "auth.test": {"team_id", "user_id"},  # Bolt sends these along
    "chat.stopStream": {"session_status"},  # the SDK has it, the reference not yet
}
OPTIONAL_WITH_US = {"chat.appendStream": {"markdown_text"}}  # chunks do as well
OTHER_SCOPES = {
    "apps.connections.open": {"connections:write"},  # an app token's, which are not listed
    "conversations.open": {"channels:manage", "channels:write"},  # it opens no channels
}
NO_PAGE = ("apps.event.", "apps.icon.", "apps.uninstall", "auth.teams.list", "oauth.v2.exchange")
REFERENCED = [  # the others have no page here
    spec for spec in METHODS if not spec.startswith(("usergroups.", "apps.manifest.", *NO_PAGE))
]
TYPES = {"string": "str", "boolean": "bool", "integer": "num", "number": "num"}


def published(reference, method):
    reference_method = reference.method(method)
    reference_method["args"]["properties"].pop("token", None)
    return reference_method


def types_of(property_):
    options = [property_, *property_.get("anyOf", []), *property_.get("allOf", [])]
    return {TYPES[option["type"]] for option in options if option.get("type") in TYPES}


@pytest.mark.parametrize("method", REFERENCED)
def test_every_argument_is_one_of_slacks(reference, method):
    known = set(published(reference, method)["args"]["properties"])

    assert set(arguments_of(method)) - known == OURS_ALONE.get(method, set())


@pytest.mark.parametrize("method", REFERENCED)
def test_what_slack_requires_is_required(reference, method):
    required = {name for name, spec in arguments_of(method).items() if spec.required}
    wanted = set(published(reference, method)["args"].get("required", ())) - {"token"}

    assert wanted - required == OPTIONAL_WITH_US.get(method, set())
    assert required <= wanted


@pytest.mark.parametrize("method", REFERENCED)
def test_types_agree(reference, method):
    properties = published(reference, method)["args"]["properties"]
    for name, argument in arguments_of(method).items():
        wanted = types_of(properties.get(name, {}))
        sent_type = argument.type if argument.type != "json" else "str"  # JSON travels as text
        assert not wanted or sent_type in wanted, name


@pytest.mark.parametrize("method", REFERENCED)
def test_scopes_agree(reference, method):
    scopes = set(published(reference, method)["scope"].get("bot", []))

    assert scopes ^ accepted_scopes(method) == OTHER_SCOPES.get(method, set())


def test_every_method_in_the_table_can_be_called():
    unnamed = set(METHODS) - set(table.METHODS)

    assert unnamed == set(SlackPlayground().app_methods) - {"auth.test"}


def test_values_get_their_types():
    raw = {"channel": "C1", "ts": 1.5, "limit": "20", "inclusive": "1", "oldest": None}

    assert checked("conversations.replies", raw) == {
        "channel": "C1",
        "ts": "1.5",
        "limit": 20,
        "inclusive": True,
    }


@pytest.mark.parametrize(
    ("method", "raw", "messages"),
    [
        ("users.info", {}, ["[ERROR] missing required field: user"]),
        ("users.info", {"user": ""}, ["[ERROR] missing required field: user"]),
        ("users.info", {"user": "U1", "usr": "U1"}, ["[ERROR] unknown argument [usr]"]),
        ("users.info", {"user": True}, ["[ERROR] wrong type [user]"]),
        ("users.info", {"user": ["U1"]}, ["[ERROR] wrong type [user]"]),
        ("users.list", {"limit": "many"}, ["[ERROR] wrong type [limit]"]),
        ("users.list", {"include_locale": "maybe"}, ["[ERROR] wrong type [include_locale]"]),
        ("views.open", {"view": "{"}, ["[ERROR] wrong type [view]"]),
        ("views.open", {"view": "3"}, ["[ERROR] wrong type [view]"]),
    ],
)
def test_what_is_wrong_with_arguments_is_told(method, raw, messages):
    with pytest.raises(ApiError, match="invalid_arguments") as caught:
        checked(method, raw)

    assert list(caught.value.messages) == messages


def test_an_empty_status_is_no_missing_one():
    raw = {"channel_id": "C1", "thread_ts": "1.0", "status": ""}

    assert checked("assistant.threads.setStatus", raw)["status"] == ""
