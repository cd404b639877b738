import re
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.adapters.slack.buttons import trace_view
from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import Source
from bot.panel.model import CallId, Expert, ExpertName, Panel
from bot.panel.reports.turn_trace import ApprovalTrace, ExpertTrace, RequestMetrics, TurnTrace
from bot.panel.routing.decision import NotAsked, WhyNot
from bot.panel.usage import Usage
from bot.playground.slack.web_api.methods.views import _check as slack_takes

BILL = RequestMetrics("gpt-6.1-terra", 3.25, Usage(1_200, 600, 80), Decimal("0.00103"))
LEGAL = ExpertTrace(CallId("call_1"), "Legal Counsel", "Licences.", "Look at MIT.", metrics=BILL)
TAX = ExpertTrace(CallId("call_2"), "Tax", "Taxes.", "Look at VAT.", failure=Failure.SLOW)
WORK = TurnTrace((LEGAL, TAX), seconds=75.0, choosing=BILL, closing=BILL, prices_as_of="2026-11-20")
EVIL = "<!channel> <@U1> *b* <https://evil.example|safe>"


def words(view) -> str:
    """All that the modal says."""

    def found(value):
        match value:
            case {"text": str(said)} | {"url": str(said)}:
                yield said
            case dict():
                for inner in value.values():
                    yield from found(inner)
            case list():
                for inner in value:
                    yield from found(inner)

    slack_takes(view)
    return "\n".join(found(view))


def test_under_the_routers_reply_the_whole_turn_is_shown():
    told = words(trace_view.modal(WORK, None))

    for expected in (
        "Legal Counsel", ": Licences.", "Look at MIT.", "Look at VAT.", "took too long",
        "3.2 s", "gpt-6.1-terra", "1,200 in (600 of them cached), 80 out", "$0.0010",
        "1 min 15 s", "$0.0031", "Nov 20, 2026", "Summing up",
    ):  # fmt: skip
        assert expected in told


def test_under_an_experts_reply_its_part_and_the_selection_are_shown():
    told = words(trace_view.modal(WORK, TAX.call_id))

    assert "Look at VAT." in told
    assert "Look at MIT." not in told
    assert ": Licences." in told


def test_a_reply_to_a_call_that_is_not_known_tells_all():
    assert "Look at MIT." in words(trace_view.modal(WORK, CallId("call_9")))


def test_what_is_not_known_is_not_made_up():
    metrics = replace(BILL, usage=None, cost=None)
    told = words(trace_view.modal(TurnTrace((replace(LEGAL, metrics=metrics),), seconds=1.0), None))

    assert "*Tokens*\nunknown" in told
    assert "*Cost of all together*\nunknown" in told


def test_a_turn_without_a_report_is_said_to_have_none():
    told = words(trace_view.modal(TurnTrace((LEGAL,)), None))
    assert "once the panel is done" in told
    assert "Cost of all together" not in told


def test_without_the_words_the_modal_says_so_and_claims_nothing():
    told = words(
        trace_view.modal(
            replace(WORK, text_available=False, parts=(ExpertTrace(CallId("c"), "Tax"),)), None
        )
    )
    assert "cannot be reached" in told
    assert "people's own words" not in told
    assert "Tools used" not in told


def test_experts_that_people_named_are_shown_as_such():
    assert "did not choose" in words(trace_view.modal(replace(WORK, direct=True), None))


def test_a_router_that_answered_by_itself_is_said_to_have_done_so():
    assert "answered itself" in words(trace_view.modal(TurnTrace((), seconds=1.0), None))


def test_who_was_not_asked_is_told_by_reason_without_making_one_up():
    finance, tax, security = map(ExpertName, ("finance", "tax", "security"))
    panel = Panel((Expert(tax, EVIL, ":coin:", "Taxes.", "Count."),))
    others = (
        NotAsked(finance, WhyNot.UNLIKELY, 0.125),
        NotAsked(tax, WhyNot.UNSAID),
        NotAsked(security, WhyNot.UNSAID),
    )

    view = trace_view.modal(replace(WORK, not_asked=others), None, panel)

    told = words(view)
    assert "finance (12%): it was too unlikely" in told
    assert f"{EVIL} and security: the router did not say why." in told
    assert "Not asked" not in words(trace_view.modal(WORK, None))


def test_many_who_were_not_asked_fit_beside_all_else():
    names = [ExpertName(f"expert-{n}-{'x' * 60}") for n in range(100)]
    many = [NotAsked(name, why) for name in names for why in WhyNot]
    work = replace(WORK, parts=(replace(LEGAL, parts=(TAX,) * 90),) * 12, not_asked=tuple(many))

    assert "And 90 more." in words(trace_view.modal(work, None))


def test_sources_show_where_they_lead():
    sources = (
        Source("MIT", "https://mit.example/?a=b"),
        Source("law.pdf"),
        Source("x", "javascript:1"),
    )
    view = trace_view.modal(
        TurnTrace((replace(LEGAL, sources=sources, tools=("web_search",)),)), None
    )

    told = words(view)
    assert "https://mit.example/?a=b" in told
    assert "law.pdf" in told
    assert "web search" in told
    assert "javascript" not in str(view)


def test_nothing_that_a_model_wrote_is_live():
    part = ExpertTrace(
        CallId("c"),
        EVIL,
        EVIL,
        EVIL,
        tools=(EVIL,),
        sources=(Source(EVIL),),
        metrics=replace(BILL, model=EVIL),
    )
    view = trace_view.modal(
        TurnTrace((part,), seconds=1.0, choosing=replace(BILL, model=EVIL)), None
    )

    texts = [text for b in view["blocks"] for text in b.get("fields", [b.get("text")]) if text]
    assert "<" not in str(texts)
    assert "*b*" not in "".join(text["text"] for text in texts if text["type"] == "mrkdwn")


@pytest.mark.parametrize("count", [1, 10, 40])
def test_a_large_panel_fits(count):
    sources = tuple(Source("T" * 500, f"https://example.com/{n}") for n in range(60))
    part = replace(LEGAL, name="N" * 300, brief="b" * 9_000, reason="r" * 900, sources=sources)
    told = words(trace_view.modal(replace(WORK, parts=(part,) * count), None))
    assert ("And 30 more." in told) == (count == 40)
    assert told.count("And 50 more.") == min(count, 10)  # sources of each


@pytest.mark.parametrize(
    ("cost", "shown"), [("0", "$0.0000"), ("0.00001", "under $0.0001"), ("1.5", "$1.5000")]
)
def test_small_costs_are_not_rounded_to_nothing(cost, shown):
    work = TurnTrace((replace(LEGAL, metrics=replace(BILL, cost=Decimal(cost))),), seconds=1.0)
    assert f"*Cost*\n{shown}" in words(trace_view.modal(work, None))


def test_consulted_experts_are_shown_below_the_expert():
    deepest = ExpertTrace(CallId("call_4"), "Payroll", "Pay.", "Look at pay.", failure=Failure.SLOW)
    tax = ExpertTrace(
        CallId("call_3"), "Tax", "Taxes.", "Look at VAT.", metrics=BILL, parts=(deepest,)
    )
    work = replace(WORK, parts=(replace(LEGAL, parts=(tax,)),))

    told = words(trace_view.modal(work, LEGAL.call_id))

    for expected in (
        "Tax, asked by Legal Counsel", "Look at VAT.", "Payroll, asked by Tax", "took too long",
        "$0.0041",
    ):  # fmt: skip
        assert expected in told


@pytest.mark.parametrize("count", [1, 5, 12, 100])
def test_however_many_consult_however_many_slack_takes_it(count):
    consulted = tuple(replace(TAX, metrics=BILL) for _ in range(50))
    parts = tuple(replace(LEGAL, parts=consulted, failure=Failure.SLOW) for _ in range(count))
    view = trace_view.modal(replace(WORK, parts=parts), None)
    slack_takes(view)

    shown = min(count, 10)
    left = [int(more) for more in re.findall(r"And (\d+) more\.", words(view))]
    if count > shown:
        assert left.pop() == count - shown
    assert len(left) == shown
    assert sum(left) + words(view).count("asked by") == 50 * shown


def test_what_needed_approval_stands_with_what_people_said():
    decided = ApprovalTrace("shop", EVIL, True, f"Ann approves of it. {EVIL}")
    part = replace(
        LEGAL, continues=True, brief="", approvals=(decided, ApprovalTrace("shop", "sell"))
    )
    told = words(trace_view.modal(replace(WORK, parts=(part,)), None))

    assert "(shop): approved (Ann approves of it. " in told
    assert "(shop): not decided" in told
    assert "went on when people had decided" in told
    assert "went on with what it was asked before" in told


def test_thoughts_are_a_section_that_slack_collapses():
    thinking = replace(LEGAL, thoughts="Is it *MIT*?\n" + "&" * 3_000)
    blocks = trace_view.modal(replace(WORK, parts=(thinking,)), None)["blocks"]

    (section,) = [b for b in blocks if b["type"] == "section" and "thought" in str(b)]
    assert "Is it" in section["text"]["text"]
    assert "*MIT*" not in section["text"]["text"]
    assert len(section["text"]["text"]) <= 3_000
    assert not section.get("expand")
