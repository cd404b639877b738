"""A company's own redactor, through the whole bot: the model's server never sees a card number."""

import json
import os
import sys
from pathlib import Path

import pytest

from bot.playground.openai.stand_in.brain import Call, Text
from bot.redactors import GROUP
from tests.end_to_end.conftest import MENTION, World
from tests.packages import install

CODE = '''
import re
from bot.redactors import Kind, Text, TextRefused

def redact(text: Text) -> str:
    """Replace card numbers; keep what is marked confidential."""
    if "strictly confidential" in text.text.casefold() or text.text.endswith(".pdf"):
        raise TextRefused
    if "break" in text.text and text.kind is Kind.SAID:
        raise RuntimeError(text.text)
    return re.sub(r"(?:\\\\d{4} ){3}\\\\d{4}", "[card number]", text.text)
'''.replace("\\\\", "\\")
CARD = "4111 1111 1111 1111"


@pytest.fixture
async def company(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world with a bot beside which the redactor is installed."""
    path = install(tmp_path, "acme_cards", CODE, {"cards": "redact"}, GROUP)
    monkeypatch.syspath_prepend(path)
    await world.start_bot()
    return world


def sent(world: World) -> str:
    """Return all that the model's server holds or was asked."""
    items = [str(one.items) for one in world.openai.conversations.values()]
    asked = [f"{request.instructions} {request.items}" for request in world.brain.asked]
    return "\n".join([*items, *asked])


async def test_a_number_is_replaced_for_the_router_and_the_experts_in_every_turn(company: World):
    brief = {"reason": "r", "brief": "May we keep the number?"}
    company.brain.then(Call("consult_legal", brief), Call("consult_finance", brief))
    ts = company.say(f"{MENTION} a customer gave us {CARD}, may we keep it?")
    await company.idle()
    company.say("legal: what of 4111 1111 1111 1112, thread", ts)
    await company.idle()

    assert len(company.said(ts)) >= 2
    assert "[card number]" in sent(company)
    assert "4111" not in sent(company)


async def test_content_of_decisions_is_printed_as_redactors_let_it_pass(company: World):
    company.brain.then(Call("consult_legal", {"reason": "r", "brief": f"Look at {CARD}."}))
    company.say(f"{MENTION} a customer gave us {CARD}, may we keep it?")
    await company.idle()

    code, out, _ = await company.panelbot("routing", "export", "--content")

    assert code == 0
    assert "4111" not in out
    assert out.count("[card number]") == 2


async def test_what_must_not_go_out_is_told_and_the_next_question_is_answered(company: World):
    ts = company.say(f"{MENTION} STRICTLY CONFIDENTIAL: we buy Acme")
    await company.idle()
    assert "may not be sent to a model" in json.dumps(company.said(ts))
    assert "Acme" not in sent(company)

    company.brain.then(Text("In spring."))
    other = company.say(f"{MENTION} when is spring?")
    await company.idle()
    assert company.said(other) == [("Panelbot", "In spring.")]


async def test_a_redactor_that_breaks_lets_nothing_out(company: World):
    ts = company.say(f"{MENTION} what does break mean?")
    await company.idle()
    assert "check of what may be sent to a model failed" in json.dumps(company.said(ts))
    assert "break mean" not in sent(company)


async def test_documents_are_redacted_before_they_are_stored(company: World, tmp_path: Path):
    company.environ["PYTHONPATH"] = os.pathsep.join([str(tmp_path), *sys.path])
    (tmp_path / "cards.md").write_text(f"# Cards\n\nOurs is {CARD}, yours is not.\n")
    (tmp_path / "plan.md").write_text("Strictly confidential")

    code, out, err = await company.panelbot("knowledge", "add", "legal", str(tmp_path / "cards.md"))
    assert (code, out) == (0, "legal now has 1 of 1 document.\n"), err
    code, out, err = await company.panelbot("knowledge", "add", "legal", str(tmp_path / "plan.md"))
    assert code == 1
    assert "plan.md" in out + err

    stored = [file.content for file in company.openai.files.kept.values()]
    assert len(stored) == 1
    assert b"[card number]" in stored[0]
    assert b"4111" not in stored[0]
