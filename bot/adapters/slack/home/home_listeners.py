"""Listeners for the app's home and its messages tab.

The home changes the default panel of all channels. The PanelEditor checks the user's rights before
a form opens and again when it is submitted. After a change the home is published anew.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.blocks import seals
from bot.adapters.slack.blocks.answers import notice
from bot.adapters.slack.blocks.elements import literal
from bot.adapters.slack.experts import expert_form, panel_messages, rules_form
from bot.adapters.slack.experts.form_flow import ExpertFormFlow
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.experts.rules_form import RulesFormFlow
from bot.adapters.slack.home import home_modals, home_view, turning
from bot.adapters.slack.home.home_page import HomePage
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.expert_search import suggest
from bot.adapters.slack.interactions.responder import Requester, Responder
from bot.adapters.slack.receiving.events import checked
from bot.adapters.slack.receiving.payloads import user_of
from bot.json_types import Json
from bot.panel.errors import PanelError
from bot.panel.model import Expert, UserId
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import ChannelScope, Setting, WorkspaceScope
from bot.panel.roster.suggestions import suggestions

log = logging.getLogger(__name__)

_LONGEST_PROMPT = 200


class HomeListeners:
    """Shows the app's home, and carries out what people do there."""

    def __init__(
        self,
        page: HomePage,
        editor: PanelEditor,
        handles: HandlesCommand,
        form: ExpertFormFlow,
        rules: RulesFormFlow,
        responder: Responder,
    ) -> None:
        self._page = page
        self._editor = editor
        self._handles = handles
        self._form = form
        self._rules = rules
        self._responder = responder
        self._defaults = WorkspaceScope(responder.team_id)

    def listen(self, app: AsyncApp) -> None:
        app.event("app_home_opened")(self.open)
        app.action(home_view.EXPERT)(self.choose)
        app.action(home_view.ADD_NEW)(self.describe)
        app.action(home_view.ADD_LISTED)(self.add_listed)
        app.options(home_view.ADD_LISTED)(self.suggest)
        app.action(home_view.SYNTHESIS)(self.set_synthesis)
        app.action(home_view.RULES)(self.edit_rules)
        app.action(home_view.MONTH)(self.turn_over)
        app.action(turning.PAGE)(self.turn_over)
        app.view(expert_form.HOME_CALLBACK)(self.take_form)
        app.action(home_view.SET_BUDGET)(self.ask_budget)
        app.view(home_modals.BUDGET)(self.take_budget)
        app.view(rules_form.HOME_CALLBACK)(self.take_rules)
        app.view(home_modals.REMOVAL)(self.take_removal)

    async def open(self, event: Json) -> None:
        match checked(event):
            case {"tab": "home", "user": user}:
                await self._page.show(UserId(user))
            case {"tab": "messages", "channel": channel}:
                await self._offer_prompts(channel)

    async def choose(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await self._act(ack, body, action, lambda chosen: self._choose(chosen, body))

    async def describe(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await self._act(ack, body, action, lambda _: self._open_form(body, None))

    async def edit_rules(self, ack: AsyncAck, body: Json, action: Json) -> None:
        requester, callback = self._requester(body), rules_form.HOME_CALLBACK
        await self._act(
            ack,
            body,
            action,
            lambda _: self._rules.open(requester, for_defaults=True, callback=callback),
        )

    async def add_listed(self, ack: AsyncAck, body: Json, action: Json) -> None:
        async def add(name: str) -> None:
            change = await self._editor.add_from_library(self._defaults, name, user_of(body))
            await self._handles.follow(change, self._requester(body))

        await self._act(ack, body, action, add)
        await self._page.show(user_of(body))

    async def suggest(self, ack: AsyncAck, body: Json) -> None:
        async def offered() -> Sequence[Expert]:
            await self._editor.rights.check_may_change(self._defaults, user_of(body))
            return await self._editor.addable(self._defaults)

        await suggest(ack, body, offered, home_view.offer)

    async def set_synthesis(self, ack: AsyncAck, body: Json, action: Json) -> None:
        by, synthesis = user_of(body), Setting.SYNTHESIS
        await self._act(
            ack,
            body,
            action,
            lambda when: self._editor.choose(self._defaults, when, by, setting=synthesis),
        )
        await self._page.show(by)

    async def turn_over(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await self._act(
            ack, body, action, lambda place: self._page.show(user_of(body), turning.read(place))
        )

    async def ask_budget(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await self._act(ack, body, action, lambda _: self._show(home_modals.budget(), body))

    async def take_budget(self, ack: AsyncAck, body: Json, view: Json) -> None:
        user = user_of(body)

        async def change() -> bool:
            written = home_modals.written_budget(view)
            await self._editor.set_budget(self._defaults, written, user)
            return True

        if await self._responder.accept(ack, body, view, change):
            await self._page.show(user)

    async def take_form(self, ack: AsyncAck, body: Json, view: Json) -> None:
        if submitted := await self._form.submit(ack, body, view):
            await self._form.follow(submitted)
            await self._page.show(user_of(body))

    async def take_rules(self, ack: AsyncAck, body: Json, view: Json) -> None:
        if await self._rules.submit(ack, body, view):
            await self._page.show(user_of(body))

    async def take_removal(self, ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            await self._responder.check_form(view, user_of(body))
            name = home_modals.removed_name(view)
            change = await self._editor.remove(self._defaults, name, user_of(body))
        except PanelError as error:
            await ack(response_action="update", view=home_modals.sentence(error_sentence(error)))
        else:
            await ack()
            await self._handles.follow(change, self._requester(body))
        await self._page.show(user_of(body))

    async def _choose(self, chosen: str, body: Json) -> None:
        verb, name = home_view.act(chosen)
        expert = await self._editor.find(self._defaults, name)
        if verb == home_view.SHOW:
            handles = await self._handles.names(self._responder.team_id)
            details = panel_messages.details(expert, handles.get(expert.name))
            await self._show(notice(details), body)
        elif verb == home_view.REMOVE:
            await self._editor.rights.check_may_change(self._defaults, user_of(body))
            await self._show(home_modals.removal(expert), body)
        else:
            await self._open_form(body, expert.name)

    async def _open_form(self, body: Json, name: str | None) -> None:
        await self._form.open(
            self._requester(body), name, for_defaults=True, callback=expert_form.HOME_CALLBACK
        )

    async def _act(
        self, ack: AsyncAck, body: Json, action: Json, act: Callable[[str], Awaitable[object]]
    ) -> None:
        """Call *act* with what was pressed or chosen in the home; if it fails, tell why."""
        await ack()
        place = seals.in_home(self._responder.team_id, user_of(body))
        try:
            await act(self._responder.value(action, place))
        except (KeyError, TypeError, ValueError) as error:
            log.warning("home.odd", extra={"reason": type(error).__name__})
        except PanelError as error:
            log.info("home.refused", extra={"reason": str(error)})
            try:
                await self._show(home_modals.sentence(error_sentence(error)), body)
            except PanelError as second_error:
                log.warning("home.not_answered", extra={"reason": str(second_error)})

    async def _show(self, modal: Json, body: Json) -> None:
        await self._responder.open_modal(body["trigger_id"], modal, user_of(body))

    def _requester(self, body: Json) -> Requester:
        return self._responder.requester(body, "")

    async def _offer_prompts(self, channel: str) -> None:
        try:
            entries = await self._editor.entries(ChannelScope(self._responder.team_id, channel))
            own_first = sorted(entries, key=lambda entry: entry.origin is None)
            prompts = _prompts([entry.expert for entry in own_first])
            await self._responder.api.write(
                "assistant.threads.setSuggestedPrompts", channel_id=channel, prompts=prompts
            )
        except PanelError as error:
            log.warning("prompts.not_offered", extra={"reason": str(error)})


def _prompts(experts: Sequence[Expert]) -> Sequence[Mapping[str, str]]:
    """Return suggested prompts; markup in experts' descriptions is made harmless."""
    return [
        {
            "title": literal(suggestion.title, _LONGEST_PROMPT),
            "message": literal(suggestion.message, _LONGEST_PROMPT),
        }
        for suggestion in suggestions(experts)
    ]
