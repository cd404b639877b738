"""What we show is what Slack takes, in every language."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot import language
from bot.adapters.slack.blocks import messages, pickers
from bot.adapters.slack.blocks.answers import notice
from bot.adapters.slack.blocks.form_target import FormTarget
from bot.adapters.slack.buttons import (
    reply_buttons,
    sources_modal,
    thumbs,
    trace_view,
)
from bot.adapters.slack.buttons.thumbs import Thumb
from bot.adapters.slack.documents import document_forms, document_messages
from bot.adapters.slack.experts import (
    announcements,
    expert_form,
    panel_messages,
)
from bot.adapters.slack.experts.panel_settings import SETTINGS
from bot.adapters.slack.home import home_modals, home_view
from bot.adapters.slack.interactions.responder import not_announced
from bot.language import ENGLISH, LANGUAGES
from bot.panel.approvals import approval_texts
from bot.panel.approvals.approval_texts import Undecided
from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import Source
from bot.panel.made_files import StoredFile
from bot.panel.messaging.messenger import Ending, PlanTask, Post, Sources, TaskState
from bot.panel.model import (
    ApprovalId,
    CallId,
    CollectionId,
    ConversationId,
    Decision,
    DocumentId,
    Expert,
    ExpertName,
    FileId,
    MessageTs,
    Steer,
    Synthesis,
    ThreadRef,
    TurnId,
    UserId,
    Wish,
)
from bot.panel.reports.feedback import Judged, Opinion
from bot.panel.reports.month_usage import UsageRow
from bot.panel.reports.overview import Figures, Overview
from bot.panel.reports.turn_trace import ApprovalTrace, ExpertTrace, RequestMetrics, TurnTrace
from bot.panel.roster import suggestions
from bot.panel.roster.changes import Change, Verb
from bot.panel.roster.documents.expert_documents import DocumentList, ExpertDocument
from bot.panel.roster.documents.knowledge import Document, DocumentState
from bot.panel.roster.expert_checks import LONGEST_TITLE
from bot.panel.roster.panel_reader import PanelEntry
from bot.panel.roster.roster import ChannelScope, RosterChanges, WorkspaceScope
from bot.panel.routing.decision import NotAsked, WhyNot
from bot.panel.texts import sentences
from bot.panel.tools import HostedTool, Toolbox
from bot.panel.usage import Usage
from bot.playground.slack.web_api.methods.views import _check as slack_takes
from bot.playground.slack.web_api.validation.blocks import problem_of
from tests.screen_reader import problems

ADA = UserId("U1")
PLACEHOLDER = re.compile(r"\\\{\w*\\\}")  # in an escaped sentence
THREAD = ThreadRef("T1", "C1", "1.0")
HERE, EVERYWHERE = ChannelScope("T1", "C1"), WorkspaceScope("T1")
LEGAL = Expert(ExpertName("legal"), "L" * LONGEST_TITLE, ":scales:", "Licences.", "Read the law.")
TAUGHT = replace(LEGAL, collections=(CollectionId("vs_1"),))
POST = Post(
    TurnId("T1:C1:1.0"),
    "reply:call_1:0",
    "…",
    persona=LEGAL.persona,
    expert=LEGAL.name,
    sources=Sources(ConversationId("conv_1"), "ref"),
    ends_reply=True,
    offers_retry=True,
)
FIGURES = [
    Figures(LEGAL.name, LEGAL.title, 1_234, Usage(1_000, 0, 50), Decimal("0.001"), 3, 2),
    Figures(None, "Router", 1, Usage(1, 0, 1), None),
]
CHANGED = RosterChanges({LEGAL.name: LEGAL}, frozenset({ExpertName("tax")}), Synthesis.NEVER)
USED = UsageRow("C1", 1, Usage(1_000, 0, 50), Decimal("0.001"))
OVERVIEW = Overview(
    entries=[PanelEntry(LEGAL, EVERYWHERE)] * 60,
    addable=[LEGAL],
    synthesis=Synthesis.AUTO,
    channels=[("C1", CHANGED)],
    month="2026-11",
    months=["2026-11", "2026-09"],
    figures=FIGURES,
    prices_as_of="2026-11-20",
    admins=[ADA],
    may_change=True,
    handles={LEGAL.name: "panel-legal"},
    kept_in="",
    total=USED,
    by_channel=[USED],
    elsewhere=USED,
)
BILL = RequestMetrics("gpt-6.1-terra", 3.25, Usage(1_200, 600, 80), Decimal("0.00103"))
PARTS = (
    ExpertTrace(
        CallId("1"), "Legal", "Why", "", ("file_search",), (Source("A", "https://a"),), BILL
    ),
    ExpertTrace(CallId("2"), "Tax", "Why", "Look.", failure=Failure.SLOW),
    ExpertTrace(
        CallId("3"), "Tax", continues=True, approvals=(ApprovalTrace("shop", "order", True),)
    ),
)
NOT_ASKED = tuple(NotAsked(LEGAL.name, why, 0.1) for why in WhyNot)
WORK = TurnTrace(PARTS * 5, True, True, 75.0, BILL, BILL, "2026-11-20")
KEPT = [
    ExpertDocument(Document(DocumentId("d"), "n" * 90, 5_000, state), CollectionId("vs_1"), own)
    for state in DocumentState
    for own in (True, False)
]
STEER = Steer(Wish.ANOTHER, MessageTs("1.0"), MessageTs("1.0"))
ENDS = (*Decision, *Undecided)
TASKS = [PlanTask("1", LEGAL.persona, "Why", state) for state in TaskState]
PUPIL = FormTarget("C1", False, LEGAL.name)


def _modals() -> Iterator[dict]:
    for form in (FormTarget("C1"), FormTarget("", True), FormTarget("C1", name=LEGAL.name)):
        yield expert_form.modal(form, TAUGHT if form.name else None)
    yield expert_form.modal(
        FormTarget("", True, LEGAL.name), LEGAL, Toolbox(tuple(HostedTool)), handle=True
    )
    yield notice(panel_messages.details(TAUGHT, "panel-legal"))
    yield document_forms.modal(PUPIL, LEGAL)
    yield document_forms.modal(replace(PUPIL, for_defaults=True), LEGAL)
    for experts in ([], [LEGAL]):
        yield pickers.ask(THREAD, MessageTs("1.0"), STEER, experts)
        yield pickers.join(THREAD, MessageTs("1.0"), experts)
    bad = Thumb(Opinion.BAD, Judged(POST.turn, "reply:call_1", LEGAL.name))
    yield thumbs.reason_form(bad, THREAD)
    yield home_modals.removal(LEGAL)
    yield trace_view.loading()
    yield trace_view.modal(WORK, None)
    yield trace_view.modal(replace(WORK, text_available=False, seconds=None), None)
    yield trace_view.modal(TurnTrace((), not_asked=NOT_ASKED), None)
    yield sources_modal.loading()


def _messages() -> Iterator[list[dict]]:
    listed = [PanelEntry(LEGAL, HERE), PanelEntry(LEGAL, None)]
    for streaming in (True, False, None):
        yield panel_messages.panel(listed, Synthesis.AUTO, HERE, streaming).blocks
    yield panel_messages.panel([], Synthesis.NEVER, EVERYWHERE).blocks
    yield panel_messages.panel([], Synthesis.NEVER, EVERYWHERE, kept_in="panel.yaml").blocks
    yield home_view.home(replace(OVERVIEW, kept_in="panel.yaml"), with_charts=False)["blocks"]
    yield panel_messages.usage([LEGAL], "?").blocks
    for where in (HERE, EVERYWHERE):
        yield from (announcements.change(Change(v, where, LEGAL, ADA)).blocks for v in Verb)
        for setting in SETTINGS:
            for value in setting.values:
                yield announcements.setting(setting, value, where, ADA).blocks
    for code, channel in (("not_in_channel", "C1"), ("not_in_channel", "D1"), ("other", "C1")):
        yield not_announced(code, channel, "U2").blocks
    yield document_messages.documents(PUPIL, DocumentList(TAUGHT, KEPT * 8, lost=1)).blocks
    yield document_messages.documents(PUPIL, DocumentList(TAUGHT, [])).blocks
    yield document_messages.taught(PUPIL, LEGAL, [KEPT[0].document], ADA).blocks
    yield document_messages.removed(LEGAL, KEPT[0].document, ADA).blocks
    yield reply_buttons.row(POST)
    yield reply_buttons.plan_row(POST, working=True)
    decisions = reply_buttons.decision_buttons(ApprovalId("T1:C1:1.0/call_1"))
    yield [{"type": "actions", "elements": decisions}]
    yield from (
        messages.ended("…", Ending(approval_texts.ended(end), ADA))["blocks"] for end in ENDS
    )
    yield messages.shown_files([StoredFile(FileId("F1"), "a.png", "https://slack", is_image=True)])
    yield messages.plain_plan(sentences.asking(["Legal"]), TASKS)["blocks"]
    yield [block for b in (True, False) for block in _home(with_charts=b, may_change=b)]


def _home(*, with_charts: bool, may_change: bool) -> list[dict]:
    overview = replace(OVERVIEW, may_change=may_change)
    return home_view.home(overview, with_charts=with_charts)["blocks"]


LONGEST = {
    "accessibility_label": 75,
    "close": 24,
    "confirm": 30,
    "deny": 30,
    "description": 75,
    "hint": 2_000,
    "label": 2_000,
    "placeholder": 150,
    "submit": 24,
    "text": 3_000,
    "title": 100,
}
CONTROLS = {"button", "feedback_buttons"}


def _too_long(value: object, name: str = "", kind: str = "") -> Iterator[str]:
    """Yield the texts that are longer than Slack takes; *name* is the field they are in."""
    match value:
        case str() | {"type": "plain_text" | "mrkdwn"}:
            text = value if isinstance(value, str) else value["text"]
            most = 75 if kind in CONTROLS or name == "option" else LONGEST.get(name, 3_000)
            if len(text) > most:
                yield f"{name} of {len(text)}: {text}"
        case dict():
            inside = "option" if "value" in value and "type" not in value else ""
            within = "dialog" if "deny" in value else value.get("type", kind)
            for field, inner in value.items():
                if field not in ("value", "private_metadata"):
                    named = inside if inside and field == "text" else field
                    yield from _too_long(inner, named, within)
        case list():
            for inner in value:
                yield from _too_long(inner, name, kind)


@pytest.fixture(params=LANGUAGES)
def current_language(request: pytest.FixtureRequest) -> str:
    language.set_language(request.param)
    return request.param


def test_slack_takes_every_modal(current_language):
    for modal in _modals():
        slack_takes(modal)
        assert list(_too_long(modal)) == []


def test_slack_takes_every_message(current_language):
    for shown in _messages():
        assert [problem_of(block) for block in shown] == [""] * len(shown)
        assert list(_too_long(shown)) == []


def test_a_buttons_accessibility_label_begins_with_its_text(current_language):
    found = [
        problem for blocks in _messages() for problem in problems({"text": "…", "blocks": blocks})
    ]

    assert [problem for problem in found if problem.startswith(("the button", "too long"))] == []


def test_a_text_that_slack_would_not_take_is_found():
    button = {"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}
    option = {"text": {"type": "plain_text", "text": "x" * 76}, "value": "v"}

    assert len(list(_too_long([button, {"options": [option]}]))) == 2
    assert len(list(_too_long({"type": "modal", "submit": button["text"]}))) == 1


@pytest.mark.parametrize(
    "current_language", [language for language in LANGUAGES if language != ENGLISH], indirect=True
)
def test_nothing_is_shown_in_english_in_another_language(current_language):
    shown = [text for view in (*_modals(), *_messages()) for text in _texts(view)]

    assert {text for text in shown if _is_english(text, _said_otherwise(current_language))} == set()


def test_a_label_that_is_not_translated_is_found():
    title = {"type": "modal", "title": {"type": "plain_text", "text": "Show work"}}
    assert all(_is_english(text, _said_otherwise("de")) for text in _texts(title))


def _texts(shown: object) -> Iterator[str]:
    """Yield each text that people read, with the labels and the lines of a section apart."""
    match shown:
        case {"text": str(text)}:
            yield from text.split("\n")
        case dict():
            for name, inner in shown.items():
                if name in ("accessibility_label", "alt_text", "title") and isinstance(inner, str):
                    yield inner
                else:
                    yield from _texts(inner)
        case list():
            for inner in shown:
                yield from _texts(inner)


@cache
def _said_otherwise(tag: str) -> re.Pattern[str]:
    """Return what matches the English sentences that are others in the language *tag*."""
    path = Path(language.__file__).parent / "locales" / tag / "LC_MESSAGES" / "panelbot.po"
    with path.open("rb") as file:
        messages = [one for one in read_po(file, locale=tag) if one.id]
    translated = [
        (english, words)
        for one in messages
        for english, words in (
            [(one.id, one.string)]
            if isinstance(one.id, str)
            else [(english, one.string[-1]) for english in one.id]
        )
    ]
    ours = {words for _, words in translated}
    sentences = [e for e, words in translated if words and words != e and e not in ours]
    numbered = (re.escape(sentence).replace(r"\{count\}", r"\d+") for sentence in sentences)
    known = (PLACEHOLDER.sub(".+?", one) for one in numbered if PLACEHOLDER.sub("", one))
    return re.compile("|".join(known))


def _is_english(text: str, sentences: re.Pattern[str]) -> bool:
    return bool(sentences.fullmatch(text.strip("• *_")))


def test_a_status_is_short(current_language):
    titles = ["Legal Counsel", "Finance Partner", "Security Officer", "Tax Counsel", "Editor"]
    told = [sentences.thinking(), sentences.closing(), sentences.consulting(titles)]
    told += [sentences.in_line(ahead) for ahead in (0, 1, 50)]

    assert [status for status in told if len(status) > 200] == []


def test_first_questions_are_understood_in_every_language(current_language):
    offered = suggestions.suggestions([LEGAL, replace(LEGAL, name=ExpertName("tax"))])

    beginnings = [prompt.message.partition(":")[0] for prompt in offered]
    assert beginnings == ["everyone", "legal", "tax", "experts"]
    assert [prompt for prompt in offered if len(prompt.title) > 200] == []
