"""The app's home, opened and used by people, over Slack's own events and methods."""

import json
from dataclasses import replace

import pytest

from bot.adapters.slack.home import home_view, turning
from bot.adapters.slack.home.home_listeners import HomeListeners
from bot.adapters.slack.home.home_page import HomePage
from bot.adapters.slack.interactions.responder import Requester
from bot.adapters.slack.receiving import receiver
from bot.adapters.slack.receiving.socket_mode import SocketModeReceiver
from bot.experts import library
from bot.panel.access.access import Access
from bot.panel.access.policy import AccessPolicy
from bot.panel.errors import StoreUnavailable
from bot.panel.messaging.locales import Locales
from bot.panel.model import Expert, ExpertName, Synthesis, TurnId, UserId
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.panel.reports.overview import OverviewReader
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.playground.slack.delivery import interactions
from bot.playground.slack.web_api.methods.files import new_file
from bot.playground.slack.workspace.company import (
    ADA,
    BOT_USER,
    CHLOE,
    DEV,
    GENERAL,
    LEGAL,
    PRODUCT,
    STRANGER,
)
from tests import slack_faults as hazards
from tests.eventually import eventually
from tests.fakes.access import FakeChannelFacts
from tests.fakes.audit_log import auditor
from tests.fakes.feedback_store import FakeFeedbackStore
from tests.fakes.members import FakeMembers
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.report_store import FakeReportStore
from tests.fakes.turn_queue import FakeTurnQueue
from tests.panel_editors import panel_editor

NOW = 1763671234.0
JUDGED = Judged(TurnId("T0ACME:C0GENERAL:1763671234.000100"), "reply:1", ExpertName("legal"))
TAX = {
    "name": "tax-law",
    "title": "Tax Counsel",
    "icon": ":receipt:",
    "purpose": "Taxes & duties.",
    "instructions": "Count twice.",
    "effort": "high",
}


class FrailStore(FakePanelStore):
    """Remembers, unless it is away."""

    away = False

    async def changes(self, scopes):
        if self.away:
            raise StoreUnavailable("redis: secret details")
        return await super().changes(scopes)


class House:
    """A workspace whose app has a home."""

    def __init__(self, neighbour) -> None:
        self.slack = neighbour.slack
        self.people = neighbour.slack.people
        self.count = neighbour.count
        self.store = FrailStore()
        self.feedback = FakeFeedbackStore()
        known = library.library(), library.defaults()
        self.editor = panel_editor(
            self.store, neighbour.people, *known, admins=frozenset({UserId(CHLOE)})
        )
        reports = FakeReportStore(FakeTurnQueue())
        self.facts = FakeChannelFacts()
        self.facts.public_ones |= {GENERAL, PRODUCT, LEGAL}
        self.access = Access(
            AccessPolicy(),
            neighbour.people,
            self.facts,
            FakeMembers(),
            auditor(),
            neighbour.identity.team_id,
        )
        overviews = OverviewReader(
            self.editor,
            reports,
            self.feedback,
            neighbour.handle_store,
            neighbour.ledger,
            self.access,
            clock=lambda: NOW,
        )
        self.app = receiver.bolt_app(
            neighbour.api._web, neighbour.identity, Locales(neighbour.people)
        )
        page = HomePage(overviews, neighbour.responder)
        self.handles = neighbour.handles(self.editor)
        forms = neighbour.form(self.editor), neighbour.rules(self.editor)
        parts = page, self.editor, self.handles, *forms
        HomeListeners(*parts, neighbour.responder).listen(self.app)

    @property
    def defaults(self):
        return WorkspaceScope(self.slack.workspace.team_id)

    @property
    def giver(self):
        return Requester(UserId(ADA), self.slack.workspace.team_id, "", "", BOT_USER)

    async def opened(self, user=ADA):
        """Let *user* open the home; returns it."""
        before = self.hash(user)
        self.people.open_home(user)
        await self.republished(user, before)
        return self.slack.workspace.homes[user]

    def hash(self, user):
        view = self.slack.workspace.homes.get(user)
        return view.hash if view else ""

    async def republished(self, user, before):
        await eventually(lambda: self.hash(user) != before)

    def told(self, user=ADA):
        return str(self.slack.workspace.homes[user].content["blocks"])

    async def choose(self, verb, name, user=ADA):
        """Choose in the menu beside an expert."""
        view = self.slack.workspace.homes[user]
        block = next(
            block["block_id"]
            for block in view.content["blocks"]
            if f"{verb} {name}" in str(block.get("accessory"))
        )
        action = home_view.EXPERT
        await self.people.click(user, view, action, f"{verb} {name}", block_id=block)

    async def modal(self):
        await eventually(self.modals)
        (view,) = self.modals()
        return view

    def modals(self):
        return [view for view in self.slack.workspace.views.values() if view.is_open]

    async def names(self):
        return [one.expert.name for one in await self.editor.entries(self.defaults)]


@pytest.fixture
async def house(neighbour):
    house = House(neighbour)
    web = neighbour.api._web
    sockets = SocketModeReceiver(house.app, neighbour.slack.app_token, web, 1)
    await sockets.start()
    yield house
    await sockets.stop()


async def test_the_home_shows_the_roster_with_faces_and_purposes(house):
    await house.opened(DEV)

    for expert in library.defaults():
        assert expert.title in house.told(DEV)
        assert expert.icon in house.told(DEV)
    assert home_view.ADD_NEW not in house.told(DEV)


async def test_an_expert_is_added_with_the_form_and_the_home_shows_it(house):
    view = await house.opened()
    before = view.hash
    await house.people.click(ADA, view, home_view.ADD_NEW)
    form = await house.modal()

    assert await house.people.submit_view(ADA, form.id, TAX) == {}

    await house.republished(ADA, before)
    assert "tax-law" in await house.names()
    assert "Tax Counsel" in house.told()


async def test_rules_for_the_router_are_set_in_the_home(house):
    view = await house.opened()
    before = view.hash
    await house.people.click(ADA, view, home_view.RULES)
    form = await house.modal()

    assert await house.people.submit_view(ADA, form.id, {"rules": "At most two."}) == {}

    await house.republished(ADA, before)
    assert (await house.editor.panel(house.defaults)).rules == ("At most two.",)
    assert "The router has rules for whom it asks" in house.told()


async def test_documents_of_the_form_are_added_and_the_requester_is_told(house):
    await house.people.click(ADA, await house.opened(), home_view.ADD_NEW)
    file = new_file(house.slack.state, "ducks.md", b"Ducks are taxed.", ADA)
    form = await house.modal()

    assert await house.people.submit_view(ADA, form.id, {**TAX, "files": [file]}) == {}

    direct = house.slack.workspace.direct_channel(ADA, BOT_USER).id
    await house.people.wait_for(
        lambda: any("ducks.md" in str(m.blocks) for m in house.slack.workspace.messages(direct))
    )


async def test_an_error_in_the_form_is_shown_at_its_input(house):
    await house.people.click(ADA, await house.opened(), home_view.ADD_NEW)
    form = await house.modal()

    errors = await house.people.submit_view(ADA, form.id, {**TAX, "name": "everyone"})

    assert list(errors) == ["name"]
    assert house.modals() == [form]


async def test_an_expert_is_edited(house):
    before = (await house.opened()).hash
    await house.choose("edit", "legal")
    form = await house.modal()

    await house.people.submit_view(ADA, form.id, {"purpose": "Everything about ducks."})

    await house.republished(ADA, before)
    assert "Everything about ducks." in house.told()
    assert "added or changed here" in house.told()


async def test_an_expert_gets_and_loses_its_handle_in_the_form(house):
    before = (await house.opened()).hash
    await house.choose("edit", "legal")

    await house.people.submit_view(ADA, (await house.modal()).id, {"handle": ["wanted"]})

    await house.republished(ADA, before)
    assert "handle: `@panel-legal`" in house.told()

    before = house.hash(ADA)
    await house.choose("edit", "legal")
    await house.people.submit_view(ADA, (await house.modal()).id, {"handle": []})

    await house.republished(ADA, before)
    assert "@panel-legal" not in house.told()


async def test_a_removed_expert_loses_its_handle(house):
    await house.handles.carry_out("legal", house.giver, wanted=True, for_defaults=True)
    before = (await house.opened()).hash
    await house.choose("remove", "legal")

    await house.people.submit_view(ADA, (await house.modal()).id, {})
    await house.republished(ADA, before)
    (group,) = house.slack.workspace.user_groups.values()
    assert group["date_delete"]


async def test_an_expert_is_removed_after_confirmation(house):
    before = (await house.opened()).hash
    await house.choose("remove", "legal")
    sure = await house.modal()
    assert "legal" in await house.names()

    await house.people.submit_view(ADA, sure.id, {})

    await house.republished(ADA, before)
    assert "legal" not in await house.names()
    assert "remove legal" not in house.told()


async def test_an_expert_that_was_removed_meanwhile_is_reported(house):
    await house.opened()
    await house.choose("remove", "legal")
    sure = await house.modal()
    await house.editor.remove(house.defaults, "legal", UserId(ADA))

    await house.people.submit_view(ADA, sure.id, {})

    assert "There is no expert" in str(sure.content["blocks"])
    assert sure.is_open


async def test_an_expert_of_the_library_is_added_at_once(house):
    view = await house.opened()
    before = view.hash

    await house.people.click(ADA, view, home_view.ADD_LISTED, "writing")

    await house.republished(ADA, before)
    assert "writing" in await house.names()


async def test_the_summary_is_set(house):
    view = await house.opened()
    before = view.hash

    await house.people.click(ADA, view, home_view.SYNTHESIS, "never")

    await house.republished(ADA, before)
    assert (await house.editor.panel(house.defaults)).synthesis is Synthesis.NEVER


async def test_everybody_may_read_the_instructions(house):
    await house.opened(DEV)

    await house.choose("show", "legal", DEV)

    notice = await house.modal()
    assert "legal counsel of a technology company" in str(notice.content["blocks"])


async def test_a_user_who_lost_the_right_is_refused(house):
    """In French, which is what Chloé has chosen."""
    view = await house.opened(CHLOE)
    house.editor.rights._admins = frozenset()

    await house.people.click(CHLOE, view, home_view.ADD_LISTED, "writing")

    notice = await house.modal()
    assert "sont modifiables par les administrateurs" in str(notice.content["blocks"])
    assert "writing" not in await house.names()


async def test_without_charts_all_figures_are_shown_as_text(house, caplog):
    good = Feedback(JUDGED, "1.0", UserId(DEV), Opinion.GOOD, round(NOW * 1000), "gpt-6.1-terra")
    await house.feedback.save(house.defaults.team_id, good)
    await house.opened()
    assert "data_visualization" in house.told()
    house.slack.hazards.on("views.publish", hazards.error("invalid_blocks"))

    await house.opened()
    await house.opened()

    assert "data_visualization" not in house.told()
    assert "1 thumbs up" in house.told()
    assert caplog.messages.count("home.without_charts") == 1
    assert "November 2025" in house.told()


async def test_an_earlier_month_can_be_looked_at(house):
    october = replace(JUDGED, turn=TurnId("T0ACME:C0GENERAL:1760000000.000100"))
    bad = Feedback(october, "1.0", UserId(DEV), Opinion.BAD, 1_760_000_000_000, "gpt-6.1-terra")
    await house.feedback.save(house.defaults.team_id, bad)
    view = await house.opened(DEV)
    assert "Nothing was answered" in house.told(DEV)
    before = view.hash

    await house.people.click(DEV, view, home_view.MONTH, "2025-10 0 0 0")

    await house.republished(DEV, before)
    assert "0 thumbs up, 1 down" in house.told(DEV)


async def test_people_turn_over_to_the_experts_that_do_not_fit(house):
    for number in range(60):
        name = ExpertName(f"zz-{number:02}")
        await house.store.add(house.defaults, Expert(name, f"Z {number:02}", ":zzz:", "z", "Z."))
    view = await house.opened(DEV)
    assert "Z 59" not in house.told(DEV)
    before = view.hash

    await house.people.click(DEV, view, turning.PAGE, "2025-11 1 0 0")

    await house.republished(DEV, before)
    assert "Z 59" in house.told(DEV)


async def test_a_home_that_slack_refuses_for_something_else_is_drawn_again_next_time(house, caplog):
    house.slack.hazards.on("views.publish", hazards.error("invalid_blocks"), times=3)
    house.people.open_home(ADA)
    await eventually(lambda: "home.not_explained" in caplog.messages)

    await house.opened()

    assert "Legal Counsel" in house.told()


async def test_without_a_memory_the_home_says_so(house):
    house.store.away = True

    await house.opened()

    assert "I cannot reach my memory" in house.told()
    assert "secret" not in house.told()


async def test_people_of_other_organisations_see_no_more_than_a_sentence(house):
    await house.opened(STRANGER)
    assert "other organisations" in house.told(STRANGER)
    assert "Legal" not in house.told(STRANGER)


async def test_the_messages_offer_questions_that_fit_the_panel(house):
    direct = house.slack.workspace.direct_channel(ADA, house.slack.bot_user_id)
    await house.editor.remove(house.defaults, "finance", UserId(ADA))
    here = ChannelScope(house.defaults.team_id, direct.id)
    await house.editor.add_from_library(here, "writing", UserId(ADA))

    house.people.open_home(ADA, tab="messages")

    await eventually(lambda: house.slack.workspace.prompts)
    offered = house.slack.workspace.prompts[direct.id]["prompts"]
    messages = [one["message"] for one in offered]
    assert messages[1].startswith("writing: ")  # the place's own experts first
    assert not any(message.startswith("finance") for message in messages)
    assert house.count("views.publish") == 0


async def test_offering_nothing_is_no_disaster(house, caplog):
    method = "assistant.threads.setSuggestedPrompts"
    house.slack.hazards.on(method, hazards.error("internal_error"))

    house.people.open_home(ADA, tab="messages")
    await eventually(lambda: "prompts.not_offered" in caplog.messages)

    assert not house.slack.deliverer.undelivered


async def test_the_library_is_searched_by_those_who_may_add(house):
    view = await house.opened()
    for user, typed, found in (
        (ADA, "marketing", ["marketing"]),
        (ADA, "", None),
        (DEV, "marketing", []),
        (STRANGER, "marketing", []),
    ):
        fields = interactions.view_fields(view, None)
        fields |= {"action_id": home_view.ADD_LISTED, "block_id": "b1", "value": typed}
        body = interactions.interaction(house.slack.state, "block_suggestion", user) | fields
        answer = await house.app.receive(body)
        names = [option["value"] for option in json.loads(answer.body)["options"]]
        addable = [one.name for one in await house.editor.addable(house.defaults)]
        assert sorted(names) == sorted(addable) if found is None else names == found, user
