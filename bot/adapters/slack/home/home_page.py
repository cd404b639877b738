"""Publishing the app's home: when a user opens it, and after each change the user makes."""

import logging
from dataclasses import replace

from bot.adapters.slack.api.answers import UNFIT, SlackRefused
from bot.adapters.slack.blocks import seals
from bot.adapters.slack.home import home_view
from bot.adapters.slack.home.home_view import FIRST
from bot.adapters.slack.home.turning import Place
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.panel.errors import PanelError
from bot.panel.model import UserId
from bot.panel.reports.overview import Overview, OverviewReader

log = logging.getLogger(__name__)

_UNFIT = UNFIT | {"invalid_arguments"}


class HomePage:
    """Publishes each user's home. Charts are left out once Slack has refused them."""

    def __init__(self, overviews: OverviewReader, responder: Responder) -> None:
        self._overviews = overviews
        self._responder = responder
        self._charts = True

    async def show(self, user: UserId, place: Place = FIRST) -> None:
        """Publish the home of *user*, by default of this month; if that fails, the home says so."""
        try:
            overview = await self._overviews.overview(self._responder.team_id, user, place.month)
            current = self._responder.api.channels.current
            channels = [(current(channel), changes) for channel, changes in overview.channels]
            used = [replace(row, name=current(row.name or "")) for row in overview.by_channel]
            overview = replace(overview, channels=channels, by_channel=used)
            await self._publish(user, overview, place)
        except PanelError as error:
            log.warning("home.not_shown", extra={"reason": str(error)})
            await self._apologize(user, error_sentence(error))

    async def _publish(self, user: UserId, overview: Overview, place: Place) -> None:
        if self._charts:
            try:
                await self._put(user, home_view.home(overview, with_charts=True, place=place))
            except SlackRefused as error:
                if error.code not in _UNFIT:
                    raise
                log.warning("home.without_charts", extra={"reason": error.code})
            else:
                return
        await self._put(user, home_view.home(overview, with_charts=False, place=place))
        self._charts = False  # it was the charts that Slack refused

    async def _apologize(self, user: UserId, sentence: str) -> None:
        try:
            await self._put(user, home_view.sentence(sentence))
        except PanelError as error:
            log.warning("home.not_explained", extra={"reason": str(error)})

    async def _put(self, user: UserId, view: Json) -> None:
        place = seals.in_home(self._responder.team_id, user)
        view = {**view, "blocks": self._responder.sealed(view["blocks"], place)}
        await self._responder.api.rewrite("views.publish", user_id=user, view=view)
