from bot.playground.openai.stand_in.brain import Text
from tests.playground.openai.asking import output
from tests.playground.openai.requested import QUESTION, TOOLS, call, calls, reply, text

LEGAL = """\
You are the legal counsel of a company.
- Licences: which one applies
- Contracts: who is bound"""
FINANCE = [tool for tool in TOOLS if tool["name"] == "consult_finance"]


def test_an_expert_consults_a_colleague_whose_field_is_touched() -> None:
    asked = calls(reply(QUESTION, instructions=LEGAL, tools=FINANCE))
    assert list(asked) == ["finance"]
    assert "cost" in asked["finance"]["brief"]


def test_it_answers_itself_where_no_colleague_is_needed() -> None:
    (step,) = reply("May we use this licence?", instructions=LEGAL, tools=FINANCE)
    assert isinstance(step, Text)
    assert "**Licences:**" in step.text


def test_it_quotes_what_its_colleagues_said_and_names_who_is_missing() -> None:
    asked = (call("call_1", "consult_finance"), call("call_2", "consult_tax"))
    outputs = (
        output("call_1", "Finance answered:\n- **Cost:** two days a quarter"),
        output("call_2", "Tax could not answer (slow)."),
    )
    said = text(
        reply(QUESTION, *asked, *outputs, instructions=LEGAL, tools=FINANCE, may_call=False)
    )
    assert said.startswith("**MIT library in a closed product")
    assert "**Finance** adds: **Cost:** two days a quarter" in said
    assert "Nothing came from Tax" in said
