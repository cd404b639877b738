"""Slack's OAuth, version 2: where people are sent, and what is made of their leave."""

import re
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api.answers import REJECTED
from bot.adapters.slack.api.web_api import SlackApi, client, quiet
from bot.adapters.slack.app.manifest import BOT_SCOPES, OPTIONAL_BOT_SCOPES
from bot.json_types import Json
from bot.panel.errors import MessengerRefused, PanelError
from bot.panel.messaging.rate_limiter import NoRateLimiter

_ID = re.compile(r"[A-Z][A-Z0-9]{1,31}")
_LONGEST_WAIT = 5.0  # seconds that Slack may ask for: a person waits for the page
_TIMEOUT = 10.0  # seconds: two of them, with such waits, are less than REFRESH_LEASE
_LONGEST_NAME = 80
_USUALLY_LASTS = 12 * 60 * 60.0  # seconds, where tokens rotate


class NotGranted(MessengerRefused):
    """Slack's answer to a code grants nothing that a bot can work with."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The app, as Slack knows it."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody has granted."""

    app_id: str
    team_id: str  # empty: the whole organisation
    enterprise_id: str
    name: str
    bot_user_id: str
    installer: str
    token: str = field(repr=False)
    scopes: frozenset[str] = frozenset()
    refresh_token: str = field(default="", repr=False)
    lasts: float = 0  # seconds; 0: for ever


class SlackOAuth:
    """Trades codes for tokens. Methods may raise MessengerRefused or MessengerUnavailable."""

    def __init__(self, credentials: Credentials, api_url: str, session: ClientSession) -> None:
        self.credentials = credentials
        self._api_url = api_url
        self._session = session
        basic = b64encode(f"{credentials.client_id}:{credentials.client_secret}".encode()).decode()
        web = AsyncWebClient(
            base_url=api_url,
            session=session,
            headers={"Authorization": f"Basic {basic}"},
            retry_handlers=[],
            logger=quiet,
        )
        self._as_app = _api(web)

    @property
    def page(self) -> str:
        """The page on which Slack asks people, without its query."""
        parts = urlsplit(self._api_url)
        return urlunsplit((parts.scheme, parts.netloc, "/oauth/v2/authorize", "", ""))

    def address(self, state: str, redirect_uri: str, team_id: str = "") -> str:
        """Return where to send somebody, to a workspace if that is known."""
        query = {
            "client_id": self.credentials.client_id,
            "scope": ",".join((*BOT_SCOPES, *OPTIONAL_BOT_SCOPES)),
            "redirect_uri": redirect_uri,
            "state": state,
        }
        if team_id:
            query["team"] = team_id
        return f"{self.page}?{urlencode(query)}"

    async def exchange(self, code: str, redirect_uri: str) -> Grant:
        """Return what *code* grants. Raises NotGranted if that is nothing for a bot.

        An answer that was lost is asked for again: if the code has been used up by then, Slack
        says ``invalid_code``, and the next installation gets the same token.
        """
        answer = await self._as_app.read("oauth.v2.access", code=code, redirect_uri=redirect_uri)
        person = answer.get("authed_user")
        if isinstance(person, dict) and isinstance(token := person.get("access_token"), str):
            with suppress(PanelError):  # nobody has asked for a person's token
                await self.revoke(token)
        return _grant(answer)

    async def refresh(self, refresh_token: str) -> Json:
        """Return Slack's answer to a refresh token, which is good once. Raises Ambiguous."""
        return await self._as_app.write(
            "oauth.v2.access", grant_type="refresh_token", refresh_token=refresh_token
        )

    async def bot_of(self, grant: Grant) -> tuple[str, str]:
        """Return the bot's id and its workspace's address. Raises NotGranted if it is another's."""
        answer = await self._with(grant.token).read("auth.test")
        place = answer.get("team_id"), answer.get("enterprise_id")
        bot_id, url = answer.get("bot_id"), answer.get("url")
        if (grant.team_id or grant.enterprise_id) not in place or not _is_id(bot_id):
            raise NotGranted("another_bot")
        is_address = isinstance(url, str) and url.startswith(("https://", "http://"))
        return str(bot_id), str(url) if is_address else ""

    async def revoke(self, token: str) -> None:
        """Give a token back; the app is then gone from where it was granted."""
        await self._given_up("auth.revoke", token)

    async def uninstall(self, token: str) -> None:
        """Take the app out of the workspace or organisation that *token* is of."""
        known = self.credentials
        args = {"client_id": known.client_id, "client_secret": known.client_secret}
        await self._given_up("apps.uninstall", token, **args)

    async def _given_up(self, method: str, token: str, **args: str) -> None:
        try:
            await self._with(token).rewrite(method, within=None, **args)
        except MessengerRefused as refusal:
            if refusal.code not in REJECTED:  # those were given up before
                raise

    def _with(self, token: str) -> SlackApi:
        return _api(client(token, self._api_url, self._session))


def _api(web: AsyncWebClient) -> SlackApi:
    return SlackApi(web, NoRateLimiter(), longest=_LONGEST_WAIT, timeout=_TIMEOUT)


def _grant(answer: Mapping[str, Any]) -> Grant:
    token, refresh_token = answer.get("access_token"), str(answer.get("refresh_token") or "")
    enterprise, team = _named(answer, "enterprise"), _named(answer, "team")
    is_org_wide = answer.get("is_enterprise_install") is True
    place = enterprise if is_org_wide else team
    bot_user_id = answer.get("bot_user_id")
    ids = (answer.get("app_id"), bot_user_id, place.get("id"))
    if not (isinstance(token, str) and token and all(map(_is_id, ids))):
        raise NotGranted("no_bot")
    return Grant(
        app_id=str(answer["app_id"]),
        team_id="" if is_org_wide else place["id"],
        enterprise_id=enterprise.get("id", ""),
        name=str(place.get("name") or "")[:_LONGEST_NAME],
        bot_user_id=str(bot_user_id),
        installer=_named(answer, "authed_user").get("id", ""),
        token=token,
        scopes=frozenset(filter(None, str(answer.get("scope") or "").split(","))),
        refresh_token=refresh_token,
        lasts=_seconds(answer.get("expires_in")) if refresh_token else 0,
    )


def _seconds(expires_in: object) -> float:
    """Return for how long a token lasts that can be refreshed; if that is unknown, as usual."""
    return float(expires_in) if type(expires_in) is int and expires_in > 0 else _USUALLY_LASTS


def _named(answer: Mapping[str, Any], field_name: str) -> Mapping[str, Any]:
    value = answer.get(field_name)
    return value if isinstance(value, dict) and _is_id(value.get("id")) else {}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))
