"""``/experts teach`` and ``/experts documents``, as people meet them."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.adapters.slack.app.manifest import EVENTS_PATH
from bot.adapters.slack.documents import document_messages
from bot.adapters.slack.documents.document_listeners import DocumentListeners
from bot.adapters.slack.experts.experts_listeners import ExpertsListeners
from bot.adapters.slack.http import web_app
from bot.adapters.slack.receiving import receiver
from bot.experts import library
from bot.panel.messaging.locales import Locales
from bot.panel.roster.documents.expert_documents import ExpertDocuments
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.playground.slack.web_api.methods.files import new_file
from bot.playground.slack.workspace.company import (
    ADA,
    BOT_USER,
    DEV,
    GENERAL,
    GUEST,
    PRIVATE,
    PRODUCT,
)
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import View
from tests.adapters.slack.conftest import Neighbour
from tests.fakes.audit_log import auditor
from tests.fakes.panel_store import FakePanelStore
from tests.panel_editors import panel_editor

HANDBOOK = ("handbook.md", b"Everybody has thirty days of holiday.")


@dataclass
class School:
    """A workspace in which experts are taught."""

    neighbour: Neighbour
    teaching: ExpertDocuments

    @property
    def people(self):
        return self.neighbour.slack.people

    @property
    def workspace(self):
        return self.neighbour.slack.workspace

    async def command(self, words: str, user: str = DEV) -> Message:
        """Give a command and return what its giver alone is told."""
        before = len(self.whispers(user))
        await self.people.slash(user, GENERAL, "/experts", words)
        await self.people.wait_for(lambda: len(self.whispers(user)) > before)
        return self.whispers(user)[-1]

    async def form(self, words: str = "teach legal", user: str = DEV) -> View:
        """Give a command that opens a form."""
        before = len(self.workspace.views)
        await self.people.slash(user, GENERAL, "/experts", words)
        await self.people.wait_for(lambda: len(self.workspace.views) > before)
        return list(self.workspace.views.values())[-1]

    async def fill(
        self, view: View, *files: tuple[str, bytes], link: str = "", user: str = DEV
    ) -> dict[str, str]:
        """Fill the form in; returns what is wrong with it."""
        site = self.neighbour.slack.state
        given = [new_file(site, name, content, user) for name, content in files]
        return await self.people.submit_view(user, view.id, {"files": given, "link": link})

    async def teach(self, *files: tuple[str, bytes], link: str = "") -> str:
        """Teach the channel's expert; returns what the channel is told."""
        before = len(self.said())
        assert await self.fill(await self.form(), *files, link=link) == {}
        return await self.told_after(before)

    async def teach_everywhere(self) -> str:
        """Teach the expert of all channels a handbook; returns what the channel is told."""
        before = len(self.said())
        view = await self.form("default teach legal", ADA)
        assert await self.fill(view, HANDBOOK, user=ADA) == {}
        return await self.told_after(before)

    async def told_after(self, before: int) -> str:
        await self.people.wait_for(lambda: len(self.said()) > before)
        return shown(self.said()[-1])

    def said(self) -> list[Message]:
        return list(self.workspace.messages(GENERAL))

    def whispers(self, user: str = DEV) -> list[Message]:
        return list(self.workspace.ephemeral(user, GENERAL))

    async def whispered(self, words: str, user: str = DEV) -> str:
        """Wait until somebody alone is told *words*; returns all of that message."""
        await self.people.wait_for(
            lambda: any(words in shown(whisper) for whisper in self.whispers(user))
        )
        return next(shown(whisper) for whisper in self.whispers(user) if words in shown(whisper))

    async def names(self, *, everywhere: bool = False) -> list[str]:
        team = self.workspace.team_id
        scope = WorkspaceScope(team) if everywhere else ChannelScope(team, GENERAL)
        kept = (await self.teaching.documents(scope, "legal")).entries
        return [one.document.name for one in kept]

    def learnt(self) -> list[str]:
        """The text of all that was ever learnt."""
        shelves = self.neighbour.knowledge.shelves.values()
        return [content.decode() for shelf in shelves for content in shelf.contents]


def shown(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def link_to(ts: str, channel: str = GENERAL, thread: str = "") -> str:
    query = f"?thread_ts={thread}&cid={channel}" if thread else ""
    return f"https://acme.slack.com/archives/{channel}/p{ts.replace('.', '')}{query}"


@pytest.fixture
async def school(neighbour, serve) -> AsyncIterator[School]:
    editor = panel_editor(FakePanelStore(), neighbour.people, library.library(), library.defaults())
    app = receiver.bolt_app(neighbour.api._web, neighbour.identity, Locales(neighbour.people))
    parts = neighbour.command(editor), neighbour.form(editor), neighbour.rules(editor)
    ExpertsListeners(*parts, neighbour.settings(editor), neighbour.responder).listen(app)
    DocumentListeners(neighbour.documents(editor), neighbour.responder).listen(app)

    async def no_obstacle():
        return ""

    web = web_app.http_app(app, neighbour.slack.signing_secret, no_obstacle)
    async with serve(web) as url:
        neighbour.slack.deliver_to(url + EVENTS_PATH)
        yield School(neighbour, ExpertDocuments(editor, neighbour.knowledge, auditor()))


async def test_files_of_the_form_become_documents_and_the_channel_is_told(school):
    said = await school.teach(HANDBOOK, ("prices.md", b"900"))
    assert f"<@{DEV}> gave *Legal Counsel* documents" in said
    assert "for this channel: `handbook.md`, `prices.md`" in said
    assert await school.names() == ["handbook.md", "prices.md"]
    assert await school.names(everywhere=True) == []
    assert HANDBOOK[1].decode() in school.learnt()


@pytest.mark.parametrize("words", ["edit legal", "add"])
async def test_documents_can_be_given_in_the_form_that_describes_an_expert(school, words):
    site, view = school.neighbour.slack.state, await school.form(words)
    described = {"name": "legal-two", "title": "Legal Two", "icon": "scales", "purpose": "Law"}
    given = described if words == "add" else {}
    files = [new_file(site, *HANDBOOK, DEV)]

    answer = await school.people.submit_view(
        DEV, view.id, {**given, "instructions": "You know the law.", "files": files}
    )

    assert answer == {}
    await school.people.wait_for(lambda: any("handbook" in shown(m) for m in school.said()))
    assert "documents to look things up in, for this channel" in shown(school.said()[-1])
    assert HANDBOOK[1].decode() in school.learnt()


async def test_admins_teach_the_defaults_of_all_channels(school):
    assert "for all channels" in await school.teach_everywhere()
    assert await school.names(everywhere=True) == ["handbook.md"]


async def test_a_message_of_the_channel_becomes_a_document(school):
    ts = school.people.say(ADA, GENERAL, f"<@{DEV}> NDAs last two years.")
    await school.teach(link=link_to(ts))
    (name,) = await school.names()
    assert name.startswith("slack-")
    (text,) = school.learnt()
    assert text.startswith("# Ada")
    assert "@Dev NDAs last two years." in text
    assert link_to(ts) in text


async def test_a_reply_in_a_thread_becomes_a_document(school):
    root = school.people.say(ADA, GENERAL, "How long?")
    ts = school.people.say(DEV, GENERAL, "Two years.", root)
    await school.teach(link=link_to(ts, thread=root))
    (text,) = school.learnt()
    assert "Two years." in text
    assert "How long?" not in text


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("hello", "no link to a message"),
        (link_to("1763671234.000100", PRODUCT), "only of the channel"),
    ],
)
async def test_a_link_that_leads_elsewhere_is_refused_at_its_input(school, link, problem):
    errors = await school.fill(await school.form(), link=link)
    assert problem in errors["link"]
    assert school.neighbour.knowledge.shelves == {}


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.slack.com",
        "https://acme.slack.com@evil.example",
        "https://acme.slack.com.evil.example",
        "https://acme.enterprise.slack.com",  # the workspace is in no organisation
        "https://app.slack.com",
    ],
)
async def test_a_link_that_leads_to_another_place_is_refused(school, place):
    ts = school.people.say(ADA, GENERAL, "NDAs last two years.")
    link = link_to(ts).replace("https://acme.slack.com", place)
    errors = await school.fill(await school.form(), link=link)
    assert "does not lead to this Slack workspace" in errors["link"]


async def test_a_link_of_the_organisation_is_taken_where_slack_does_not_tell_its_name(school):
    school.neighbour.slack.state.scopes.discard("team:read")
    ts = school.people.say(ADA, GENERAL, "NDAs last two years.")
    link = link_to(ts).replace("acme.", "acme.enterprise.") + "?evil=https://evil.example"
    await school.teach(link=link)
    (text,) = school.learnt()
    assert "evil" not in text


@pytest.mark.parametrize(
    ("shared_in", "is_taken"),
    [
        ({}, False),
        ({"groups": [PRIVATE]}, False),
        ({"shares": {"private": {PRIVATE: []}}}, False),
        ({"channels": [GENERAL]}, True),
        ({"shares": {"public": {PRODUCT: []}}}, True),
    ],
)
async def test_a_file_of_somebody_else_is_taken_only_where_its_giver_sees_it(
    school, shared_in, is_taken
):
    site = school.neighbour.slack.state
    given = new_file(site, "salaries.md", b"Ada: a lot", ADA) | shared_in
    school.workspace.files[given["id"]] = given
    view = await school.form()
    assert await school.people.submit_view(DEV, view.id, {"files": [given]}) == {}

    told = await school.whispered("neither yours nor shared") if not is_taken else ""
    await school.people.wait_for(lambda: told or school.learnt())
    assert (await school.names() == ["salaries.md"]) is is_taken
    assert "salaries" not in told


async def test_an_empty_form_is_refused(school):
    assert "choose a file" in (await school.fill(await school.form()))["files"]


async def test_the_requester_is_told_of_failures_and_the_other_documents_are_added(school):
    missing = link_to("1000000000.000001")
    files = (("song.mp3", b"la"), HANDBOOK, ("old.md", b"\xfc"))
    assert "`handbook.md`" in await school.teach(*files, link=missing)
    told = await school.whispered("cannot see that message")
    assert "song.mp3" in told
    assert "old.md" in told
    assert await school.names() == ["handbook.md"]


async def test_outside_the_channel_the_requester_gets_a_direct_message(school):
    view = await school.form()
    school.workspace.channels[GENERAL].members.remove(BOT_USER)
    assert await school.fill(view, HANDBOOK, ("song.mp3", b"la")) == {}
    direct = school.workspace.direct_channel(DEV, BOT_USER).id

    def told() -> str:
        return "".join(map(shown, school.workspace.messages(direct)))

    await school.people.wait_for(lambda: "song.mp3" in told())
    assert "I am not in this channel" in told()
    assert await school.names() == ["handbook.md"]


async def test_teaching_needs_the_right_to_change_the_panel(school):
    assert "Guests cannot" in shown(await school.command("teach legal", GUEST))
    assert "workspace admins" in shown(await school.command("default teach legal"))
    assert school.workspace.views == {}


async def test_the_form_itself_gives_no_right(school):
    view = await school.form("default teach legal", ADA)
    errors = await school.fill(view, HANDBOOK, user=DEV)
    assert "out of date" in errors["files"]  # it was opened for somebody else

    assert "workspace admins" in shown(await school.command("default teach legal", DEV))


async def test_documents_are_listed_with_buttons_that_remove_them(school):
    await school.teach(HANDBOOK, ("prices.md", b"900"))
    listed = await school.command("documents legal")
    assert "consults its documents where they help" in shown(listed)
    _, first, second = listed.blocks
    assert "`handbook.md`" in first["text"]["text"]
    button = second["accessory"]
    assert button["text"]["text"] == "Remove"

    before = len(school.said())
    await school.people.click(DEV, listed, document_messages.REMOVE, button["value"])

    told = await school.told_after(before)
    assert f"<@{DEV}> took `prices.md` from *Legal Counsel*." in told
    assert await school.names() == ["handbook.md"]


async def test_inherited_documents_have_no_button(school):
    await school.teach_everywhere()
    _, line = (await school.command("documents legal")).blocks
    assert "from the defaults of all channels" in line["text"]["text"]
    assert "accessory" not in line


async def test_an_expert_without_documents_says_so(school):
    said = shown(await school.command("documents legal"))
    assert "Legal Counsel has no documents. `/experts teach legal`" in said


async def test_documents_that_are_lost_are_said_to_be_so(school):
    await school.teach(HANDBOOK)
    shelves = school.neighbour.knowledge.shelves
    next(iter(shelves.values())).expired = True
    said = shown(await school.command("documents legal"))
    assert "Legal Counsel has lost documents: the place" in said
    assert "Add them again: `/experts teach legal`" in said
    assert "`handbook.md`" in await school.teach(HANDBOOK)
    shelves.pop(next(iter(shelves)))
    listed = shown(await school.command("documents legal"))
    assert "handbook.md" in listed
    assert "lost" not in listed


async def test_a_blank_document_is_not_learnt(school):
    assert await school.fill(await school.form(), ("blank.md", b" \n\n")) == {}
    assert "no readable text" in await school.whispered("blank.md")
    assert await school.names() == []
    assert school.said() == []


@pytest.mark.parametrize("value", ["{", "[]", '{"channel": "C1"}'])
async def test_a_button_that_says_nothing_removes_nothing(school, value):
    await school.teach(HANDBOOK)
    listed = await school.command("documents legal")
    await school.people.click(DEV, listed, document_messages.REMOVE, value)
    await school.whispered("out of date")
    assert await school.names() == ["handbook.md"]


async def test_a_guests_click_removes_nothing(school):
    await school.teach(HANDBOOK)
    listed = await school.command("documents legal", GUEST)
    value = listed.blocks[1]["accessory"]["value"]
    await school.people.click(GUEST, listed, document_messages.REMOVE, value)
    await school.whispered("Guests cannot", GUEST)
    assert await school.names() == ["handbook.md"]
