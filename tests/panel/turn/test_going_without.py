"""Experts whose MCP servers fail: they go on without them, and say so."""

import asyncio
from dataclasses import replace

import pytest

from bot.panel.errors import MessengerUnavailable, ModelFault, ModelRefused, ModelUnavailable
from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import ToolAnswered, ToolCalled, ToolsRunning
from bot.panel.model import OPERATORS, CollectionId, Decision, RequestId, UserId
from bot.panel.roster.roster import ChannelScope
from bot.panel.texts import failure_sentences, shortcomings
from bot.panel.tools import Approval, ApprovalWanted, McpServer, Toolbox, name_of
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import EXPERTS, HURRY, THREAD, Bench, consult, own_id

HERE = ChannelScope(THREAD.team_id, THREAD.channel_id)
_, LEGAL = EXPERTS
WIKI = McpServer("wiki", "https://wiki.example", "Knows.", Approval.NEVER)
SHOP = McpServer("shop", "https://shop.example", "Sells.", Approval.ALWAYS)
WISH = ApprovalWanted(RequestId("mcpr_1"), "shop", "open_ticket", "{}")


def down(*labels: str) -> ModelRefused:
    return ModelRefused(ModelFault.TOOL_SERVER, "HTTP 424", about=labels)


@pytest.fixture
async def equipped(bench: Bench) -> Bench:
    """A bench whose legal expert may use both servers."""
    bench.toolbox = Toolbox((WIKI, SHOP))
    await bench.panels.add(
        HERE, replace(LEGAL, tools=(name_of(WIKI), name_of(SHOP)), equipped_by=OPERATORS)
    )
    return bench


def replies(bench: Bench) -> list[str]:
    return [text for who, text in bench.messenger.said if who == "Legal Counsel"]


async def test_an_expert_goes_on_without_the_server_that_is_down(equipped: Bench):
    equipped.model.script("legal", down("wiki"), "Yes.")
    await equipped.ask("legal: May we?")
    assert replies(equipped) == [f"Yes.\n\n{shortcomings.servers_failed(['wiki'])}"]
    asked = [one.server_tools for one in equipped.model.asked("legal")]
    assert asked == [(WIKI, SHOP), (SHOP,)]


async def test_one_after_the_other_may_be_down(equipped: Bench):
    equipped.model.script("legal", down("wiki"), down("shop"), "Yes.")
    await equipped.ask("legal: May we?")
    assert replies(equipped) == [f"Yes.\n\n{shortcomings.servers_failed(['wiki', 'shop'])}"]


async def test_where_nobody_says_which_is_down_all_are_left_out(equipped: Bench):
    equipped.model.script("legal", down(), "Yes.")
    await equipped.ask("legal: May we?")
    assert equipped.model.asked("legal")[-1].server_tools == ()


async def test_a_server_that_fails_though_nothing_is_left_to_leave_out_is_named(equipped: Bench):
    equipped.model.script("legal", down(), down("wiki"))
    await equipped.ask("legal: May we?")
    assert replies(equipped) == [failure_sentences.servers_failed(["wiki"], "legal")]


async def test_what_is_told_of_an_expert_is_in_the_log_without_what_was_said(
    equipped: Bench, caplog: pytest.LogCaptureFixture
):
    equipped.model.script("legal", down("wiki"), "Yes.")
    await equipped.ask("legal: May we sell the horse?")
    (record,) = [one for one in caplog.records if one.message == "expert.goes_without"]
    assert (record.without, record.reason) == (["wiki"], "tool_server")  # type: ignore[attr-defined]
    assert "horse" not in str(vars(record))


async def test_a_resumed_turn_still_says_what_was_left_out(equipped: Bench):
    equipped.model.script(ROUTER, [consult("legal")])
    equipped.model.script("legal", down("wiki"), "Yes.")
    claim = await equipped.claim("May we?")
    equipped.messenger.fail_next(f"reply:{own_id('call_legal')}:0", MessengerUnavailable("cut"))
    with pytest.raises(BaseExceptionGroup):
        await equipped.runner().run(claim)
    await equipped.resume(claim)
    assert replies(equipped) == [f"Yes.\n\n{shortcomings.servers_failed(['wiki'])}"]


@pytest.mark.parametrize("failing", ["wiki", "shop"])
async def test_after_a_verdict_only_its_own_server_is_needed(equipped: Bench, failing: str):
    equipped.model.script("legal", ["Let me see.", WISH])
    await equipped.ask("legal: May we?")
    (pending,) = await equipped.approvals.pending(THREAD)
    verdict = pending.verdict_message(pending.verdict(Decision.APPROVED, 7), UserId("UMEMBER"))
    await equipped.approvals.record_verdict(THREAD, pending.id, verdict)
    equipped.model.script("legal", down(failing), *["Done."] * (failing == "wiki"))

    claim = await equipped.queue.claim()
    await equipped.runner().run(claim)

    told = {
        "wiki": f"Done.\n\n{shortcomings.servers_failed(['wiki'])}",
        "shop": failure_sentences.servers_failed(["shop"], "legal"),
    }
    assert replies(equipped) == ["Let me see.", told[failing]]


@pytest.mark.parametrize(
    ("running", "named"),
    [
        (("wiki",), "`wiki`"),
        (("shop", "web-search", "wiki", "<!here>"), "`wiki` and `shop`"),
        (("file-search",), "my documents"),
    ],
)
async def test_a_time_limit_names_what_was_waited_for(
    equipped: Bench, running: tuple[str, ...], named: str, caplog: pytest.LogCaptureFixture
):
    await equipped.editor().set_collections(HERE, "legal", None, (CollectionId("vs_1"),))
    equipped.timeouts = replace(HURRY, expert=0.05)
    equipped.model.script("legal", [ToolsRunning(running), asyncio.Event()])
    await equipped.ask("legal: May we?")
    (told,) = replies(equipped)
    assert f"took too long: I was still waiting for {named}." in told
    assert "here" not in caplog.text


async def test_what_has_ended_is_not_waited_for(equipped: Bench):
    equipped.timeouts = replace(HURRY, expert=0.05)
    running = [ToolsRunning(("wiki",)), ToolsRunning(())]
    equipped.model.script("legal", [*running, asyncio.Event()])
    await equipped.ask("legal: May we?")
    assert replies(equipped) == [failure_sentences.expert_failed(Failure.SLOW, "legal")]


async def test_a_service_that_falls_silent_over_a_tool_names_it(equipped: Bench):
    silent = ["", ToolsRunning(("wiki",)), ModelUnavailable("read timeout", answered=False)]
    equipped.model.script("legal", *[silent] * (1 + len(HURRY.retry_delays)))
    await equipped.ask("legal: May we?")
    assert replies(equipped) == [failure_sentences.tools_hung(["wiki"], "legal", is_silent=True)]


async def test_an_expert_who_consults_others_names_what_it_waited_for_as_well(equipped: Bench):
    finance = replace(
        EXPERTS[0], consults=(LEGAL.name,), tools=(name_of(WIKI),), equipped_by=OPERATORS
    )
    await equipped.panels.add(HERE, finance)
    equipped.timeouts = replace(HURRY, expert=0.05)
    equipped.model.script("finance", [ToolsRunning(("wiki",)), asyncio.Event()])
    await equipped.ask("finance: May we?")
    assert "waiting for `wiki`" in str(equipped.messenger.said)


async def test_a_colleague_says_what_it_may_not_use_without_people(equipped: Bench):
    """Nobody sees what a colleague does: so nobody could approve of it."""
    finance = replace(EXPERTS[0], consults=(LEGAL.name,))
    await equipped.panels.add(HERE, finance)
    equipped.model.script("finance", [consult("legal")], "Ask Legal for that.")
    equipped.model.script("finance/legal", [WISH], "Yes.")
    await equipped.ask("finance: May we?")

    note = shortcomings.needs_approval(["shop"], "legal")
    items = equipped.model.items_of("finance")
    (output,) = [one.output for one in items if isinstance(one, ToolAnswered)]
    assert note in output
    assert not [one for one in items if isinstance(one, ToolCalled) and one.tool == "open_ticket"]
    assert await equipped.approvals.pending(THREAD) == []
