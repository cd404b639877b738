from typing import Any

import pytest
from jsonschema import validate

from tests.playground.openai.asking import output, tool
from tests.playground.openai.requested import (
    QUESTION,
    TOOLS,
    call,
    calls,
    model,
    reply,
    text,
)


def test_a_question_goes_to_the_experts_whose_subjects_it_touches() -> None:
    consulted = calls(reply(QUESTION))
    assert {"legal", "finance"} <= set(consulted)
    assert len(consulted) <= 3


def test_each_expert_is_told_the_part_that_matters_and_why_it_was_asked() -> None:
    consulted = calls(reply(QUESTION))
    assert consulted["legal"] == {
        "reason": "The message mentions “MIT” and “closed”.",
        "brief": "Can we use this MIT library in a closed product?",
    }
    assert consulted["finance"] == {
        "reason": "The message mentions “cost” and “support”.",
        "brief": "What would it cost to support?",
    }


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is the GDPR a problem here?", ["legal"]),
        ("Our login page was hacked", ["security"]),
        ("How much money do we spend?", ["finance"]),
        ("The Postgres index is slow", ["engineering"]),
        ("What does Security think of our contracts?", ["legal", "security"]),
        ("Which colour should the mockup have? Is it accessible?", ["design"]),
        ("Somebody complains, a customer wrote: everything is broken", ["support"]),
    ],
)
def test_people_need_not_use_the_words_of_the_descriptions(
    question: str, expected: list[str]
) -> None:
    assert sorted(calls(reply(question))) == expected


def test_descriptions_decide_not_names_that_the_rules_know() -> None:
    garden = tool("consult_gardener", "Consult Head Gardener: roses, hedges, compost.")
    assert list(calls(reply("When do roses bloom?", tools=[*TOOLS, garden]))) == ["gardener"]


def test_what_people_said_is_read_without_its_wrapping() -> None:
    wrapped = '<message ref="17.0" from="Priya Contract">\nWhat would it cost?\n</message>'
    earlier = "<earlier>\nBen: It is about a vulnerability.\n</earlier>"
    assert calls(reply(earlier, wrapped))["finance"]["brief"] == "What would it cost?"
    assert list(calls(reply(earlier, wrapped))) == ["finance"]


def test_no_more_than_three_experts_are_asked() -> None:
    everything = "licences, cost, vulnerabilities, usability, roadmap, tickets and databases?"
    assert len(calls(reply(everything))) == 3


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Thanks a lot!", "You are welcome"),
        ("Hi there", "Hello!"),
        ("help", "- **Legal**: licences, contracts"),
        ("Who is on this panel?", "- **Security**: vulnerabilities"),
        ("Blorp wibble?", "no expert for “Blorp wibble?”"),
    ],
)
def test_what_is_for_no_expert_is_answered_by_the_router(said: str, expected: str) -> None:
    assert expected in text(reply(said))


def test_a_greeting_with_a_question_is_a_question() -> None:
    assert list(calls(reply("Hi, what would it cost?"))) == ["finance"]


def test_a_follow_up_goes_to_those_who_answered_before() -> None:
    steps = reply(
        "Is MIT fine?",
        call("call_1", "consult_legal"),
        output("call_1", "Legal answered in the thread:\nYes."),
        model("Legal says yes."),
        "And why?",
    )
    brief = calls(steps)["legal"]["brief"]
    assert brief == "And why? (It follows on: Is MIT fine?)"


def test_thanks_after_an_answer_ask_nobody_again() -> None:
    steps = reply(
        "Is MIT fine?", call("call_1", "consult_legal"), output("call_1"), model("Yes."), "Thanks!"
    )
    assert "welcome" in text(steps)


def test_a_call_that_has_to_be_made_is_made() -> None:
    assert len(calls(reply("Blorp?", must_call=True))) == 1


def test_without_permission_to_call_nobody_is_called() -> None:
    assert text(reply(QUESTION, may_call=False))


def test_arguments_follow_any_schema() -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "brief": {"type": "string"},
            "topic": {"type": "string"},
            "urgency": {"type": "string", "enum": ["low", "high"]},
            "pages": {"type": "array", "items": {"type": "integer", "minimum": 1}},
        },
        "required": ["brief", "topic", "urgency", "pages"],
        "additionalProperties": False,
    }
    legal = {**TOOLS[0], "parameters": schema}
    arguments = calls(reply("What about licences?", tools=[legal]))["legal"]
    validate(arguments, schema)
    assert arguments["topic"] == "What about licences?"


def test_the_same_request_always_gets_the_same_reply() -> None:
    assert reply(QUESTION) == reply(QUESTION)
