"""What our adapter makes of each dialect's decisions: one row, one test."""

import pytest

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.server.client import connect
from bot.panel.errors import ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import Prompt, Tool, UserSaid
from bot.panel.model import ConversationId, Effort
from tests.dialects.decisions import ALL, PATH, ROWS, JudgeRow
from tests.dialects.server import DialectServer

TOOLS = tuple(Tool(name, f"It is about {name}.", {}) for name in ALL)
ASKED = Prompt(
    ConversationId(""), "gpt-6-luna", Effort.LOW, "Judge.", (UserSaid("May we?"),), tools=TOOLS
)
CASES = [pytest.param(row, id=f"{row.dialect.name}: {row.id}") for row in ROWS]


@pytest.mark.parametrize("row", CASES)
async def test_row(row: JudgeRow) -> None:
    elsewhere = {PATH: [row.answer or row.dialect.not_found]}
    async with (
        DialectServer(row.dialect, {}, elsewhere).running() as server,
        connect("sk-test", server.base_url, silence=5) as client,
    ):
        model = ConversationsModel(client, salt="salt")
        for _ in range(2):
            if row.likelihoods is not None:
                assert (await model.judge(ASKED)).likelihoods == row.likelihoods
                continue
            with pytest.raises((ModelRefused, ModelUnavailable)) as caught:
                await model.judge(ASKED)
            assert type(caught.value) is row.error
            if row.fault and isinstance(caught.value, ModelRefused):
                assert caught.value.fault is row.fault
        assert len(server.seen) == row.requests
