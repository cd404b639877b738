import pytest

from bot.playground.slack.page.typed_text import to_slack, to_typed
from bot.playground.slack.workspace.company import company_workspace
from bot.playground.slack.workspace.state import Workspace


@pytest.fixture
def workspace() -> Workspace:
    workspace = company_workspace()
    workspace.user_groups = {
        "S1": {"id": "S1", "handle": "panel-legal", "date_delete": 0},
        "S2": {"id": "S2", "handle": "panel-gone", "date_delete": 1},
    }
    return workspace


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("@panelbot hi @Ben.", "<@U0PANELBOT> hi <@U0BEN>."),
        ("@chloé", "<@U0CHLOE>"),
        ("@nobody mail@ada.example", "@nobody mail@ada.example"),
        ("#general #nowhere", "<#C0GENERAL|general> #nowhere"),
        ("@Panel-Legal? @panel-gone", "<!subteam^S1>? @panel-gone"),
        ("@channel a < b & c", "<!channel> a &lt; b &amp; c"),
        ("see https://a.example/?x=1&y=2.", "see <https://a.example/?x=1&amp;y=2>."),
        ("`@ben` and ```@ada```", "`<@U0BEN>` and ```<@U0ADA>```"),
        ("<!channel> <@U0BEN>", "&lt;!channel&gt; &lt;@U0BEN&gt;"),
    ],
)
def test_what_is_typed_is_kept_as_slack_keeps_it(
    workspace: Workspace, typed: str, kept: str
) -> None:
    assert to_slack(typed, workspace) == kept


def test_what_is_kept_can_be_typed_again(workspace: Workspace) -> None:
    typed = "@panelbot is #general < https://a.example/?x=1&y=2 for @panel-legal, @channel?"
    assert to_typed(to_slack(typed, workspace), workspace) == typed
