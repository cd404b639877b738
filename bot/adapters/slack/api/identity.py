"""The bot's own ids and scopes in the workspace: fetched once, at start."""

from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api.answers import meaning, scopes_in
from bot.panel.errors import GiveUp, MessengerRefused, MessengerUnavailable

CUSTOMIZE = "chat:write.customize"


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot, as ``auth.test`` describes it."""

    team_id: str
    bot_id: str
    bot_user_id: str
    url: str
    scopes: frozenset[str]
    is_org_wide: bool = False  # the token is good for other workspaces of its organisation, too

    @property
    def mentioned_as(self) -> tuple[str, ...]:
        """The ids by which people mention it; mobile clients are reported to write the bot's."""
        return tuple(filter(None, (self.bot_user_id, self.bot_id)))

    @property
    def may_have_personas(self) -> bool:
        """Whether Slack lets experts answer under names of their own."""
        return not self.scopes or CUSTOMIZE in self.scopes


async def identify(web: AsyncWebClient) -> Identity:
    """Return the bot's identity. Raises GiveUp if Slack rejects the token."""
    try:
        answer: Any = await web.auth_test()
    except SlackApiError as error:
        problem = meaning(error)
        if isinstance(problem, MessengerRefused):
            raise GiveUp(
                f"Slack rejects SLACK_BOT_TOKEN ({problem.code}). Reinstall the app and copy its "
                "Bot User OAuth Token; `panelbot check` tells more."
            ) from error
        raise problem from error
    except Exception as error:
        raise MessengerUnavailable(
            f"Slack cannot be reached at {web.base_url} ({type(error).__name__})."
        ) from error
    if not answer.get("bot_id"):
        raise GiveUp(
            "SLACK_BOT_TOKEN is a person's token. Copy the Bot User OAuth Token, which begins "
            "with xoxb-."
        )
    return Identity(
        team_id=answer["team_id"],
        bot_id=answer["bot_id"],
        bot_user_id=answer["user_id"],
        url=answer["url"],
        scopes=scopes_in(answer.headers) or frozenset(),
    )
