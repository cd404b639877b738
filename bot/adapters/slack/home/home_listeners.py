"""Bolt's listeners for the app's home and its messages tab: opened, and used.

What is changed here are the defaults of all channels. Who may is decided by the PanelEditor:
before a form opens, and again when it is submitted. Afterwards the home is published anew.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.blocks import blocks
from bot.adapters.slack.blocks.blocks import section
from bot.adapters.slack.experts import expert_form, panel_lists
from bot.adapters.slack.experts.documents_command import DocumentsCommand
from bot.adapters.slack.experts.expert_form import Form
from bot.adapters.slack.experts.handles_command import HandlesCommand
from bot.adapters.slack.experts.name_check import NameCheck
from bot.adapters.slack.experts.panel_lists import Answer
from bot.adapters.slack.experts.requester import Requester, explained, refuse_form, requester_of
from bot.adapters.slack.home import home_view
from bot.adapters.slack.home.home_page import HomePage
from bot.adapters.slack.markdown import neutralise
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import PanelError
from bot.panel.model import Expert, UserId
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.panel.roster.suggestions import suggestions

log = logging.getLogger(__name__)


FORM, REMOVAL = "home_describe_expert", "home_remove_expert"  # the modals' callback ids
_LONGEST_PROMPT = 200


def register(
    app: AsyncApp,
    page: HomePage,
    editor: PanelEditor,
    handles: HandlesCommand,
    documents: DocumentsCommand,
    identity: Identity,
    api: SlackApi,
) -> None:
    """Let *app* show its home, and take what people do there."""
    listener = _Listener(page, editor, handles, documents, identity, api)
    app.event("app_home_opened")(listener.open)
    app.action(home_view.EXPERT)(listener.choose)
    app.action(home_view.ADD_NEW)(listener.describe)
    app.action(home_view.ADD_LISTED)(listener.add_listed)
    app.action(home_view.SYNTHESIS)(listener.set_synthesis)
    app.action(home_view.MONTH)(listener.choose_month)
    app.view(FORM)(listener.take_form)
    app.view(REMOVAL)(listener.take_removal)


class _Listener:
    def __init__(
        self,
        page: HomePage,
        editor: PanelEditor,
        handles: HandlesCommand,
        documents: DocumentsCommand,
        identity: Identity,
        api: SlackApi,
    ) -> None:
        self._page = page
        self._editor = editor
        self._handles = handles
        self._documents = documents
        self._identity = identity
        self._team = identity.team_id
        self._defaults = WorkspaceScope(identity.team_id)
        self._api = api
        self._names = NameCheck(editor)

    async def open(self, event: Json) -> None:
        if event.get("tab") == "home":
            await self._page.show(UserId(event["user"]))
        elif event.get("tab") == "messages":
            await self._offer_prompts(event["channel"])

    async def choose(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()

        async def act() -> None:
            verb, name = home_view.act(_chosen(action))
            expert = await self._editor.find(self._defaults, name)
            if verb == home_view.SHOW:
                handles = await self._handles.names(self._team)
                details = panel_lists.details(expert, handles.get(expert.name))
                await self._show(expert_form.notice(details), body)
                return
            await self._editor.rights.check_may_change(self._defaults, _user(body))
            if verb == home_view.REMOVE:
                await self._show(_removal(expert), body)
            else:
                await self._show_form(body, expert)

        await self._try(act, body)

    async def describe(self, ack: AsyncAck, body: Json) -> None:
        await ack()

        async def act() -> None:
            await self._editor.rights.check_may_change(self._defaults, _user(body))
            await self._show_form(body, None)

        await self._try(act, body)

    async def add_listed(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        name = _chosen(action)

        async def add(by: UserId) -> None:
            change = await self._editor.add_from_library(self._defaults, name, by)
            await self._handles.follow(change, self._giver(body))

        await self._change(add, body)

    async def set_synthesis(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        value = _chosen(action)
        await self._change(lambda by: self._editor.set_synthesis(self._defaults, value, by), body)

    async def choose_month(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        await self._page.show(_user(body), _chosen(action))

    async def take_form(self, ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            form, expert = expert_form.read(view)
            await self._names.wait()
            store = self._editor.edit if form.editing else self._editor.add
            change = await store(self._defaults, expert, _user(body))
        except PanelError as error:
            await refuse_form(ack, view, error)
            return
        await ack()
        giver = self._giver(body)
        await self._handles.follow(change, giver, wanted=expert_form.handle(view))
        await self._documents.follow(change, expert_form.files(view), giver)
        await self._page.show(_user(body))

    async def take_removal(self, ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            name = view["private_metadata"]
            change = await self._editor.remove(self._defaults, name, _user(body))
        except PanelError as error:
            await ack(response_action="update", view=_notice(explained(error)))
        else:
            await ack()
            await self._handles.follow(change, self._giver(body))
        await self._page.show(_user(body))

    async def _change(self, change: Callable[[UserId], Awaitable[object]], body: Json) -> None:
        """Make a change, and show the home as it is then, changed or not."""
        await self._try(lambda: change(_user(body)), body)
        await self._page.show(_user(body))

    async def _try(self, act: Callable[[], Awaitable[object]], body: Json) -> None:
        """Do something; whoever wanted it is told why it cannot be done."""
        try:
            await act()
        except (KeyError, TypeError, ValueError) as error:
            log.warning("home.odd", extra={"reason": type(error).__name__})
        except PanelError as error:
            log.info("home.refused", extra={"reason": str(error)})
            try:
                await self._show(_notice(explained(error)), body)
            except PanelError as another:
                log.warning("home.not_answered", extra={"reason": str(another)})

    async def _show_form(self, body: Json, expert: Expert | None) -> None:
        form = Form("", for_defaults=True, editing=expert.name if expert else None)
        panel = await self._editor.panel(self._defaults)
        handle = await self._handles.offer(self._giver(body), form.editing)
        modal = expert_form.modal(form, expert, self._editor.toolbox, panel.experts, handle=handle)
        await self._show({**modal, "callback_id": FORM}, body)
        self._names.learn()  # while the form is filled in

    async def _show(self, modal: Json, body: Json) -> None:
        await self._api.write("views.open", trigger_id=body["trigger_id"], view=modal)

    def _giver(self, body: Json) -> Requester:
        return requester_of(self._identity, body, body["user"]["id"], "")

    async def _offer_prompts(self, channel: str) -> None:
        try:
            listed = await self._editor.entries(ChannelScope(self._team, channel))
            own_first = sorted(listed, key=lambda one: one.origin is None)
            prompts = _prompts([one.expert for one in own_first])
            await self._api.write(
                "assistant.threads.setSuggestedPrompts", channel_id=channel, prompts=prompts
            )
        except PanelError as error:
            log.warning("prompts.not_offered", extra={"reason": str(error)})


def _user(body: Json) -> UserId:
    return UserId(body["user"]["id"])


def _chosen(action: Json) -> str:
    """Return what was chosen in a menu; nothing where somebody chose nothing."""
    return (action.get("selected_option") or {}).get("value") or ""


def _prompts(experts: Sequence[Expert]) -> Sequence[Mapping[str, str]]:
    """Return first questions; whoever described the experts puts no live words into them."""
    return [
        {
            "title": blocks.literal(one.title, _LONGEST_PROMPT),
            "message": blocks.literal(one.message, _LONGEST_PROMPT),
        }
        for one in suggestions(experts)
    ]


def _notice(sentence: str) -> Json:
    return expert_form.notice(Answer(sentence, [section(neutralise.mrkdwn(sentence))]))


def _removal(expert: Expert) -> Json:
    """Return the modal that asks whether an expert is really to go."""
    words = gettext(
        "Remove {expert} from the default panel of all channels? Channels that added it themselves "
        "keep it, and it can be added again.",
        expert=panel_lists.introduced(expert),
    )
    return {
        "type": "modal",
        "callback_id": REMOVAL,
        "private_metadata": expert.name,
        "title": {"type": "plain_text", "text": gettext("Remove expert")},
        "submit": {"type": "plain_text", "text": gettext("Remove")},
        "close": {"type": "plain_text", "text": gettext("Keep it")},
        "blocks": [section(words)],
    }
