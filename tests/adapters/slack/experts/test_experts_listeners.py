import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from bot.adapters.slack.app.manifest import EVENTS_PATH
from bot.adapters.slack.experts.experts_listeners import ExpertsListeners
from bot.adapters.slack.http import web_app
from bot.adapters.slack.receiving import receiver
from bot.adapters.slack.receiving.socket_mode import SocketModeReceiver
from bot.experts import library
from bot.panel.errors import StoreUnavailable
from bot.panel.messaging.locales import Locales
from bot.panel.model import Effort, Expert, Synthesis
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.playground.slack.delivery.delivery import Attempt, Carrier, Delivery
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import (
    ADA,
    BOT_USER,
    DEV,
    GENERAL,
    GUEST,
    PRODUCT,
    STRANGER,
)
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Channel, View
from tests.eventually import eventually
from tests.fakes.panel_store import FakePanelStore
from tests.panel_editors import panel_editor

TAX = {
    "name": "tax",
    "title": "Tax Counsel",
    "icon": ":receipt:",
    "purpose": "Taxes & duties.",
    "instructions": "Count twice.",
    "effort": "high",
}
CHANGES = [
    "add writing",
    "add",
    "edit legal",
    "remove legal",
    "synthesis never",
    "streaming on",
    "router",
]


class FrailStore(FakePanelStore):
    """Remembers, unless it is away."""

    away = False

    async def changes(self, scopes):
        if self.away:
            raise StoreUnavailable("redis")
        return await super().changes(scopes)


@dataclass
class Office:
    """A workspace in which the bot takes commands."""

    slack: SlackPlayground
    editor: PanelEditor
    store: FrailStore

    @property
    def team(self) -> str:
        return self.slack.workspace.team_id

    async def give(self, words: str, user: str = DEV, channel: str = GENERAL) -> str:
        """Give a command and return all that its giver alone is told."""
        before = len(self.slack.workspace.ephemeral(user, channel))
        await self.slack.people.slash(user, channel, "/experts", words)
        await self.slack.people.wait_for(
            lambda: len(self.slack.workspace.ephemeral(user, channel)) > before
        )
        return shown(self.slack.workspace.ephemeral(user, channel)[-1])

    async def change(self, words: str, user: str = DEV, channel: str = GENERAL) -> str:
        """Give a command and return what the channel is told."""
        before = len(self.announced(channel))
        await self.slack.people.slash(user, channel, "/experts", words)
        await self.slack.people.wait_for(lambda: len(self.announced(channel)) > before)
        return shown(self.announced(channel)[-1])

    async def open(self, words: str, user: str = DEV, channel: str = GENERAL) -> View:
        """Give a command that opens a form."""
        before = len(self.slack.workspace.views)
        await self.slack.people.slash(user, channel, "/experts", words)
        await self.slack.people.wait_for(lambda: len(self.slack.workspace.views) > before)
        return self.view()

    async def submit(self, view: View, user: str = DEV, **values: object) -> dict[str, str]:
        return await self.slack.people.submit_view(user, view.id, values)

    def view(self) -> View:
        return list(self.slack.workspace.views.values())[-1]

    def announced(self, channel: str = GENERAL) -> list[Message]:
        return list(self.slack.workspace.messages(channel))

    async def names(self, channel: str = GENERAL) -> set[str]:
        return {e.name for e in (await self.editor.panel(self.here(channel))).experts}

    def here(self, channel: str = GENERAL) -> ChannelScope:
        return ChannelScope(self.team, channel)

    async def find(self, name: str) -> Expert:
        return await self.editor.find(self.here(), name)


def shown(message: Message) -> str:
    """All text of a message's blocks."""
    return json.dumps(message.blocks, ensure_ascii=False)


class Elsewhere(Carrier):
    """Brings payloads as they are where several workspaces share a channel or an app."""

    def __init__(self, way: Carrier) -> None:
        self._way = way
        self.late = way.late

    async def carry(self, delivery: Delivery, attempt: Attempt):
        said = {"team_id": "T0OTHER"} if delivery.kind == "slash_commands" else {"team": None}
        return await self._way.carry(replace(delivery, payload=delivery.payload | said), attempt)

    async def close(self) -> None:
        """Leave closing to the way."""


@asynccontextmanager
async def over_http(app, slack, serve):
    async def no_obstacle():
        return ""

    web = web_app.http_app(app, slack.signing_secret, no_obstacle)
    async with serve(web) as url:
        slack.deliver_to(url + EVENTS_PATH)
        yield


@asynccontextmanager
async def over_socket_mode(app, slack, _serve):
    sockets = SocketModeReceiver(app, slack.app_token, app.client, 1)
    await sockets.start()
    yield
    await sockets.stop()


@pytest.fixture(params=[over_http, over_socket_mode])
async def office(neighbour, serve, request) -> AsyncIterator[Office]:
    slack, store = neighbour.slack, FrailStore()
    known, defaults = library.library(), library.defaults()
    editor = panel_editor(store, neighbour.people, known, defaults)
    app = receiver.bolt_app(neighbour.api._web, neighbour.identity, Locales(neighbour.people))
    parts = neighbour.command(editor), neighbour.form(editor), neighbour.rules(editor)
    ExpertsListeners(*parts, neighbour.settings(editor), neighbour.responder).listen(app)
    async with request.param(app, slack, serve):
        yield Office(slack, editor, store)


async def test_the_panel_is_listed_with_personas_for_its_reader_alone(office):
    said = await office.give("")
    assert ":scales: *Legal Counsel* (`legal`)" in said
    assert "this channel's own" not in said
    assert office.announced() == []


async def test_adding_from_the_library_is_announced_with_who_did_it(office):
    said = await office.change("add writing")
    assert f"<@{DEV}> added :pencil2: *Editor* (`writing`) to this channel's panel" in said
    assert "writing" in await office.names()
    assert "writing" not in await office.names(PRODUCT)
    assert "*Editor* (`writing`)" in await office.give("list")
    assert "this channel's own" in await office.give("list")


async def test_removing_is_announced_and_adding_brings_the_expert_back(office):
    assert f"<@{DEV}> removed :scales:" in await office.change("remove Legal Counsel")
    assert "legal" not in await office.names()
    assert "`legal`" in await office.give("help")
    await office.change("add legal")
    assert "legal" in await office.names()


async def test_an_expert_is_shown_with_its_instructions(office):
    legal = next(e for e in library.library() if e.name == "legal")
    said = await office.give("show legal")
    assert json.dumps(legal.instructions, ensure_ascii=False)[1:-1] in said


async def test_an_expert_of_ones_own_is_described_in_a_form(office):
    view = await office.open("add")
    assert await office.submit(view, **TAX) == {}
    await office.slack.people.wait_for(office.announced)
    said = shown(office.announced()[-1])
    assert f"<@{DEV}> added :receipt: *Tax Counsel* (`tax`)" in said
    assert "Taxes &amp; duties." in said
    added = await office.find("tax")
    assert (added.instructions, added.effort, added.model) == ("Count twice.", Effort.HIGH, None)


async def test_the_names_in_use_are_looked_up_while_the_form_is_filled_in(office):
    view = await office.open("add")
    await eventually(lambda: "users.list" in {call.method for call in office.slack.calls})
    assert view.is_open


async def test_editing_begins_with_what_the_expert_is_now(office):
    before = await office.find("legal")
    view = await office.open("edit legal")
    assert await office.submit(view, purpose="Contracts only.") == {}
    await office.slack.people.wait_for(office.announced)
    assert f"<@{DEV}> edited :scales: *Legal Counsel*" in shown(office.announced()[-1])
    after = await office.find("legal")
    assert (after.purpose, after.instructions) == ("Contracts only.", before.instructions)
    defaults = await office.editor.find(WorkspaceScope(office.team), "legal")
    assert defaults == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "legal"),
        ("name", "help"),
        ("name", "Tax Law"),
        ("name", "t" * 25),
        ("name", "dev"),
        ("title", "<!channel>"),
        ("title", "chloe MARTIN"),
        ("title", "Slackbot"),
        ("title", "legal counsel"),
        ("title", "t" * 41),
        ("icon", "⚖️"),
        ("purpose", "p" * 201),
        ("instructions", " "),
        ("model", "two words"),
    ],
)
async def test_a_form_shows_what_is_wrong_at_its_input(office, field, value):
    view = await office.open("add")
    problems = await office.submit(view, **(TAX | {field: value}))
    assert list(problems) == [field]
    assert view.is_open
    assert "tax" not in await office.names()
    assert office.announced() == []


async def test_a_corrected_form_goes_through(office):
    view = await office.open("add")
    assert await office.submit(view, **(TAX | {"name": "legal"}))
    assert await office.submit(view, **TAX) == {}
    assert "tax" in await office.names()


@pytest.mark.parametrize("words", CHANGES)
@pytest.mark.parametrize(("user", "who"), [(GUEST, "Guests"), (STRANGER, "other organisations")])
async def test_guests_and_strangers_change_nothing(office, words, user, who):
    before = await office.editor.panel(office.here())
    assert who in await office.give(words, user)
    assert office.slack.workspace.views == {}
    assert await office.editor.panel(office.here()) == before


async def test_a_form_is_good_only_for_whom_it_was_opened(office):
    view = await office.open("add")
    problems = await office.submit(view, user=GUEST, **TAX)
    assert "out of date" in problems["name"]
    assert "tax" not in await office.names()


@pytest.mark.parametrize("words", CHANGES)
async def test_members_do_not_change_the_defaults(office, words):
    assert "workspace admins" in await office.give(f"default {words}", DEV)
    assert office.slack.workspace.views == {}


async def test_admins_change_the_defaults_of_all_channels(office):
    said = await office.change("default add writing", ADA)
    assert "the default panel of all channels" in said
    assert "writing" in await office.names() & await office.names(PRODUCT)
    assert "added or changed here" in await office.give("default", ADA)
    assert "this channel's own" not in await office.give("", ADA)
    view = await office.open("default add", ADA)
    assert await office.submit(view, ADA, **TAX) == {}
    assert "tax" in await office.names(PRODUCT)


async def test_admins_set_what_a_workspace_has_of_its_own(office, neighbour):
    view = await office.open("settings", ADA)
    listed = json.dumps(view.content["blocks"])
    assert "`PANELBOT_UNSURE`: `off` _(default)_" in listed
    assert "PANELBOT_BUDGETS" not in listed  # whoever runs the bot sets it
    problems = await office.submit(view, ADA, setting="PANELBOT_UNSURE", value="perhaps")
    assert "should be one of off, cautious, eager" in problems["setting"]
    assert await office.submit(view, ADA, setting="PANELBOT_UNSURE", value="eager") == {}

    await office.slack.people.wait_for(office.announced)
    said = shown(office.announced()[-1])
    assert f"<@{ADA}> changed the setting `PANELBOT_UNSURE`" in said
    assert "eager" not in said
    assert await neighbour.own_settings.of_team(office.team) == {"PANELBOT_UNSURE": "eager"}
    await office.change("unsure cautious", DEV)
    listed = json.dumps((await office.open("settings", ADA)).content["blocks"])
    assert "`PANELBOT_UNSURE`: `eager` _(set for this workspace)_" in listed
    assert "`/experts unsure`: `cautious` _(set for this channel)_" in listed


async def test_nobody_else_sees_or_sets_them(office, neighbour):
    assert "Only workspace admins" in await office.give("settings", DEV)
    view = await office.open("settings", ADA)
    problems = await office.submit(view, DEV, setting="PANELBOT_UNSURE", value="eager")
    assert "out of date" in problems["setting"]
    assert await neighbour.own_settings.of_team(office.team) == {}


async def test_the_synthesis_is_set_and_announced(office):
    assert f"<@{DEV}> set the synthesis" in await office.change("synthesis Never")
    assert (await office.editor.panel(office.here())).synthesis is Synthesis.NEVER
    assert "`auto`, `always`, or `never`" in await office.give("synthesis sometimes")


async def test_streaming_is_set_announced_and_shown(office):
    assert "Streaming" not in await office.give("")
    assert f"<@{DEV}> set streaming for this channel's panel to *on*" in await office.change(
        "streaming On"
    )
    assert (await office.editor.panel(office.here())).streaming is True
    assert "Streaming: *on*" in await office.give("")
    assert "*default*" in await office.change("streaming default")
    assert (await office.editor.panel(office.here())).streaming is None
    assert "`on`, `off`, or `default`" in await office.give("streaming perhaps")


async def test_each_budget_is_shown_on_a_line_of_its_own(office):
    await office.give("budget person $2/day", ADA)
    await office.give("budget workspace $20/month", ADA)

    assert (await office.give("budget")).count("\\n\u2022 `") == 2


async def test_rules_for_the_router_are_set_in_a_form_announced_and_shown(office):
    view = await office.open("router")
    assert await office.submit(view, rules="At most two.\nNever ask <!channel>. ") == {}
    await office.slack.people.wait_for(office.announced)
    said = shown(office.announced()[-1])
    assert f"<@{DEV}> changed this channel's rules for whom I ask:" in said
    assert "At most two.\\nNever ask <!channel>." in said
    assert '"type": "rich_text_preformatted"' in said  # where nothing pings
    rules = "At most two.\nNever ask <!channel>."
    assert (await office.editor.panel(office.here())).rules == (rules,)
    assert (await office.editor.panel(office.here(PRODUCT))).rules == ()
    assert "At most two." in await office.give("")

    view = await office.open("router")
    assert "At most two." in str(view.content)
    assert await office.submit(view, rules=None) == {}
    await office.slack.people.wait_for(lambda: len(office.announced()) > 1)
    assert "removed this channel's rules" in shown(office.announced()[-1])
    assert (await office.editor.panel(office.here())).rules == ()


async def test_rules_that_somebody_else_has_changed_meanwhile_are_not_overwritten(office):
    views = [await office.open("router", user) for user in (DEV, ADA)]
    assert await office.submit(views[0], rules="At most two.") == {}

    problems = await office.submit(views[1], ADA, rules="Ask legal.")

    assert "Somebody has changed the rules" in problems["rules"]
    assert (await office.editor.panel(office.here())).rules == ("At most two.",)
    assert await office.submit(views[1], ADA, rules="At most two. ") == {}  # it is so already


async def test_rules_for_all_channels_come_before_those_of_a_channel(office):
    view = await office.open("default router", ADA)
    assert await office.submit(view, ADA, rules="At most two.") == {}
    await office.slack.people.wait_for(office.announced)
    assert "the rules for whom I ask in all channels:" in shown(office.announced()[-1])
    view = await office.open("router")
    assert "At most two." not in str(view.content)
    assert await office.submit(view, rules="Always ask legal.") == {}
    panel = await office.editor.panel(office.here())
    assert panel.rules == ("At most two.", "Always ask legal.")
    told = await office.give("")
    everywhere, here = told.index("rules for all channels"), told.index("rules of this channel")
    assert everywhere < told.index("At most two.") < here < told.index("Always ask legal.")


async def test_a_form_with_rules_is_good_only_for_whom_it_was_opened(office):
    view = await office.open("router")
    problems = await office.submit(view, user=GUEST, rules="Ask nobody.")
    assert "out of date" in problems["rules"]
    assert (await office.editor.panel(office.here())).rules == ()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("remvoe legal", "Did you mean `remove`?"),
        ("bananas", "I do not know `bananas`."),
        ("show leagl", "Did you mean `legal`?"),
        ("delete legal", "I do not know `delete`. Did you mean `remove`?"),
        ("legal", "I do not know `legal`. Did you mean `show legal`?"),
        ("lgal", "I do not know `lgal`. Did you mean `show legal`?"),
        ("add lgal", "Did you mean `legal`?"),
        ("add Legal Councel", "Did you mean `legal`?"),
        ("edit Legal Councel", "Did you mean `legal`?"),
        ("find lgal", "Nobody on it is like that. Did you mean `legal`?"),
        ("documents lgal", "Did you mean `legal`?"),
        ("handle lgal on", "Did you mean `legal`?"),
        ("consults legal finanse", "Did you mean `finance`?"),
        ("remove nobody", "There is no expert `nobody`"),
        ("add writting", "Did you mean `writing`?"),
        ("add legal", "`legal` is on this panel already."),
        ("edit", "`/experts edit NAME`"),
        ("default edit", "`/experts default edit NAME`"),
    ],
)
async def test_what_cannot_be_done_is_said_with_a_way_out(office, words, answer):
    assert answer in await office.give(words, ADA)
    assert office.announced() == []


@pytest.mark.parametrize("words", ["add", "show", "edit", "remove", "", "synthesis"])
async def test_a_live_name_comes_back_dead(office, words):
    said = await office.give(f"{words} &lt;!channel&gt; &lt;@U0BEN&gt;".strip())
    assert "<!" not in said
    assert "<@" not in said
    message = office.slack.workspace.ephemeral(DEV, GENERAL)[-1]
    assert "<" not in message.text


async def test_where_the_bot_is_not_a_member_the_change_counts(office):
    office.slack.workspace.add(Channel("C0NEW", "new", members={DEV}))
    said = await office.give("add writing", channel="C0NEW")
    assert f"`/invite` and then <@{BOT_USER}>" in said
    assert "writing" in await office.names("C0NEW")


async def test_a_form_where_the_bot_is_not_a_member_says_so_afterwards(office):
    office.slack.workspace.add(Channel("C0NEW", "new", members={DEV}))
    view = await office.open("add", channel="C0NEW")
    assert await office.submit(view, **TAX) == {}
    await office.slack.people.wait_for(lambda: office.view() is not view)
    assert f"`/invite` and then <@{BOT_USER}>" in json.dumps(office.view().content)
    assert "tax" in await office.names("C0NEW")


async def test_in_a_direct_message_between_people_no_invite_is_suggested(office):
    direct = office.slack.workspace.direct_channel(DEV, DEV).id
    said = await office.give("add writing", channel=direct)
    assert f"write to <@{BOT_USER}>" in said
    assert "/invite" not in said


async def test_the_workspace_is_ours_whatever_a_payload_says(office):
    office.slack.deliverer.use(Elsewhere(office.slack.deliverer.carrier))
    await office.change("add writing")
    assert await office.submit(await office.open("add"), **TAX) == {}
    assert {"tax", "writing"} <= await office.names()


async def test_a_direct_conversation_has_a_panel_of_its_own(office):
    direct = office.slack.workspace.direct_channel(DEV, BOT_USER).id
    assert f"<@{DEV}> added" in await office.change("add writing", channel=direct)
    assert "writing" in await office.names(direct)
    assert "writing" not in await office.names()


async def test_a_memory_that_is_away_is_said_in_one_sentence(office):
    office.store.away = True
    assert "cannot reach my memory" in await office.give("")
    assert "cannot reach my memory" in await office.give("add writing")


async def test_a_form_keeps_its_words_while_the_memory_is_away(office):
    view = await office.open("add")
    office.store.away = True
    problems = await office.submit(view, **TAX)
    assert "cannot reach my memory" in problems["name"]
    assert view.is_open


async def test_a_form_of_an_admins_makes_a_handle(office):
    form = await office.open("default add", ADA)

    assert await office.submit(form, ADA, **TAX, handle=["wanted"]) == {}

    groups = office.slack.workspace.user_groups
    await eventually(lambda: [one["handle"] for one in groups.values()] == ["panel-tax"])


async def test_others_are_not_asked_about_handles(office):
    form = await office.open("add")

    assert "handle" not in [block.get("block_id") for block in form.content["blocks"]]
