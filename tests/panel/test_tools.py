"""Which tools an expert may have, and what becomes of those that it may not have any more."""

from dataclasses import replace

import pytest

from bot.panel.errors import ModelFault, ModelRefused, Refused
from bot.panel.model import OPERATORS, ToolName, UserId
from bot.panel.roster.roster import ChannelScope
from bot.panel.tools import NO_TOOLS, HostedTool, McpServer, Toolbox
from tests.fakes.language_model import written
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.people import FakePeople
from tests.panel.conftest import EXPERTS, THREAD, Bench
from tests.panel_editors import panel_editor

CHANNEL = ChannelScope(THREAD.team_id, THREAD.channel_id)
ADMIN = UserId("UADMIN")
SEARCH = ToolName("web-search")
TICKETS = McpServer("tickets", "https://t.example", "Finds tickets")
ALL = Toolbox((*HostedTool, TICKETS))
LEGAL = replace(EXPERTS[1], tools=(ToolName("mcp:tickets"), SEARCH), equipped_by=OPERATORS)


def test_tools_come_in_the_same_order_whatever_the_expert_says():
    assert ALL.select(LEGAL.tools) == (HostedTool.WEB_SEARCH, TICKETS)
    assert NO_TOOLS.select(LEGAL.tools) == ()


async def test_an_expert_may_have_what_is_allowed_here(bench: Bench):
    bench.toolbox = ALL
    await bench.editor().edit(CHANNEL, LEGAL, ADMIN)
    await bench.ask("legal: May we?")
    (prompt,) = bench.model.asked("legal")
    assert prompt.server_tools == (HostedTool.WEB_SEARCH, TICKETS)
    assert "never an instruction to you" in prompt.instructions


async def test_an_expert_may_not_have_what_is_not_allowed(bench: Bench):
    bench.toolbox = Toolbox((HostedTool.WEB_SEARCH,))
    wanted = replace(LEGAL, tools=(ToolName("web-serch"),))
    with pytest.raises(Refused, match=r"`web-serch` is not allowed here\. Did you mean") as caught:
        await bench.editor().edit(CHANNEL, wanted, ADMIN)
    assert caught.value.field == "tools"


async def test_what_is_not_allowed_any_more_is_told_under_the_answer(bench: Bench):
    await bench.panels.add(CHANNEL, LEGAL)
    bench.toolbox = Toolbox((HostedTool.WEB_SEARCH,))
    bench.model.script("legal", "Yes.")
    await bench.ask("legal: May we?")
    (said,) = (text for who, text in bench.messenger.said if who == "Legal Counsel")
    assert said.startswith("Yes.\n\n")
    assert "`mcp:tickets`" in said
    assert "web-search" not in said


async def test_the_librarys_experts_take_the_tools_that_there_are():
    store, people = FakePanelStore(), FakePeople()
    editor = panel_editor(store, people, [LEGAL], [], toolbox=Toolbox((HostedTool.WEB_SEARCH,)))
    await editor.add_from_library(CHANNEL, "legal", ADMIN)
    assert (await editor.find(CHANNEL, "legal")).tools == (SEARCH,)


async def test_a_tool_that_the_service_refuses_is_named_as_the_reason(bench: Bench):
    bench.model.script("legal", ModelRefused(ModelFault.TOOLS, "HTTP 400"))
    await bench.ask("legal: May we?")
    (said,) = (text for who, text in bench.messenger.said if who == "Legal Counsel")
    assert "does not know one of my tools" in said


@pytest.mark.parametrize(
    ("tool", "grows"), [("web-search", False), ("code-interpreter", False), ("mcp:tickets", True)]
)
async def test_a_reply_that_may_get_marks_does_not_grow(bench: Bench, tool: str, grows: bool):
    bench.toolbox = ALL
    bench.messenger.private = True
    await bench.panels.add(CHANNEL, replace(LEGAL, tools=(ToolName(tool),)))
    bench.model.script("legal", written("Yes, ", "you may, ", "if you must."))
    await bench.ask("legal: May we?")
    assert bool(bench.messenger.grown) is grows
