"""What weak models call: by other names, twice, as text, too much, or nobody there is."""

import asyncio
from dataclasses import replace

import pytest

from bot.panel.language_model.exchange import (
    ModelSaid,
    ToolAnswered,
    ToolCalled,
    UserSaid,
    WrittenCalls,
)
from bot.panel.model import CallId
from tests.fakes.language_model import ABORTED, ROUTER, Meanwhile
from tests.panel.conftest import HURRY, Bench, consult

PATIENT = replace(HURRY, further_calls=5)  # the end of a response lets experts begin
ANSWER = ("Legal Counsel", "You may.")


@pytest.fixture
def patient(make_bench) -> Bench:
    return make_bench(timeouts=PATIENT)


def named(name: str, call_id: str = "call_1", **arguments: str) -> ToolCalled:
    return ToolCalled(CallId(call_id), name, arguments or {"reason": "law", "brief": "May we?"})


def as_text(*calls: ToolCalled, beside: str = "", marked: bool = True) -> ModelSaid:
    """A message that is calls, as an adapter reads it."""
    written = WrittenCalls(tuple(replace(call, written=True) for call in calls), beside, marked)
    return ModelSaid(beside if marked else f"{beside}{{name: x}}", written=written)


def said(bench: Bench) -> list[tuple[str | None, str]]:
    """What people read, but for the plan."""
    posted = bench.messenger.said
    return [(who, text) for who, text in posted if who or not text.startswith("Asked ")]


def outputs(bench: Bench) -> dict[str, str]:
    """What the router got, by call."""
    told = [item for item in bench.model.items_of(ROUTER) if isinstance(item, ToolAnswered)]
    told = [item for item in told if item.output != ABORTED]  # of a response that was lost
    assert len(told) == len({item.call_id for item in told})
    return {item.call_id: item.output for item in told}


def asked(bench: Bench, expert: str) -> list[str]:
    """What an expert was asked."""
    return [item.text for item in bench.model.items_of(expert) if isinstance(item, UserSaid)]


@pytest.mark.parametrize(
    "name",
    [
        "functions.consult_legal",
        "consult_Legal",
        "consult_legal<|channel|>commentary",
        "consult-legal",
        "consult legal",
        "Legal",
        "legal",
        "Legal Counsel",
        "tools:consult_legal",
    ],
)
async def test_an_expert_is_found_by_what_its_name_has_become(patient, name):
    patient.model.script(ROUTER, [named(name)])
    patient.model.script("legal", "You may.")

    await patient.ask("May we?")

    assert said(patient) == [ANSWER]


async def test_a_question_by_another_name_is_the_brief(patient):
    patient.model.script(ROUTER, [named("Legal", message="Are we allowed to?")])

    await patient.ask("May we?")

    assert "<brief>\nAre we allowed to?\n</brief>" in asked(patient, "legal")[0]


async def test_who_calls_nobody_there_is_may_choose_once_more(patient):
    patient.model.script(ROUTER, [named("consult_tax", "call_0")], [named("consult_legal")])
    patient.model.script("legal", "You may.")

    await patient.ask("May we?")

    assert said(patient) == [ANSWER]
    assert "consult_finance, consult_legal" in outputs(patient)["call_0"]
    assert patient.model.unanswered() == []


async def test_but_not_for_ever(patient):
    wrong = [[named("consult_tax", f"call_{n}")] for n in range(2)]
    patient.model.script(ROUTER, *wrong, "I cannot say.")

    await patient.ask("May we?")

    assert said(patient) == [(None, "I cannot say.")]
    assert len(outputs(patient)) == 2
    assert [prompt.may_call for prompt in patient.model.asked(ROUTER)] == [True, True, False]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 14))
async def test_stopped_anywhere_it_chooses_once_more_all_the_same(make_bench, stop_at, after):
    bench = make_bench(timeouts=PATIENT)

    def reply(prompt):
        if not prompt.tools:
            return "You may."
        told = (*bench.model.items_of(ROUTER), *prompt.items)
        chosen = any(isinstance(item, ToolAnswered) for item in told)
        return [named("consult_legal") if chosen else named("consult_tax", "call_0")]

    bench.model.reply = reply
    claim = await bench.claim("May we?")
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    assert said(bench) == [ANSWER]
    assert bench.model.unanswered() == []


async def test_who_is_called_twice_with_one_question_answers_both(patient):
    patient.model.script(ROUTER, [consult("legal", "call_a"), consult("legal", "call_b")])
    patient.model.script("legal", "You may.")

    await patient.ask("May we?")

    assert said(patient) == [ANSWER]
    assert all("You may." in output for output in outputs(patient).values())
    assert outputs(patient).keys() == {"call_a", "call_b"}
    assert "Answer each" not in asked(patient, "legal")[0]


async def test_who_repeats_a_question_later_gets_the_same_answer(make_bench):
    bench = make_bench(timeouts=replace(HURRY, further_calls=0))
    again = [consult("legal", "call_a"), Meanwhile(), consult("legal", "call_b")]
    bench.model.script(ROUTER, again)
    bench.model.script("legal", "You may.")

    await bench.ask("May we?")

    assert said(bench) == [ANSWER]
    assert len(asked(bench, "legal")) == 1
    assert outputs(bench).keys() == {"call_a", "call_b"}


QUESTIONS = ["May we?", "Since when?", "May we?"]


def ask_legal(number: int) -> ToolCalled:
    return consult("legal", f"call_{number}", QUESTIONS[number])


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 16))
async def test_questions_to_one_expert_are_one_message_wherever_it_stops(
    make_bench, stop_at, after
):
    bench = make_bench(timeouts=PATIENT)
    calls = [ask_legal(0), consult("finance"), ask_legal(1), ask_legal(2)]
    bench.model.reply = lambda prompt: (
        ("You may." if "law" in prompt.instructions else "It costs.")
        if not prompt.tools
        else (calls if prompt.may_call else "So.")
    )
    claim = await bench.claim("May we?")
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    told = [text for who, text in said(bench) if who == "Legal Counsel"]
    assert len(told) == 1
    (question,) = asked(bench, "legal")
    assert "Answer each of these:\n1. May we?\n2. Since when?\n" in question
    assert outputs(bench).keys() == {"call_0", "call_1", "call_2", "call_finance"}
    assert bench.model.unanswered() == []


async def test_a_turn_has_a_maximum_of_consultations(make_bench):
    bench = make_bench(timeouts=PATIENT, consultations=1)
    bench.model.script(ROUTER, [consult("legal"), consult("finance"), consult("legal", "again")])
    bench.model.script("legal", "You may.")

    await bench.ask("May we?")

    assert said(bench) == [
        ANSWER,
        (
            None,
            (
                "Not asked: Finance Partner. I consult at most 1 expert for one question; mention "
                "others by name to ask them."
            ),
        ),
    ]
    assert "was not consulted" in outputs(bench)["call_finance"]
    assert "You may." in outputs(bench)["again"]


async def test_people_may_name_as_many_experts_as_they_wish(make_bench):
    bench = make_bench(consultations=1)

    await bench.ask("legal, finance: May we?")

    assert {who for who, _ in said(bench) if who} == {"Legal Counsel", "Finance Partner"}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 14))
async def test_written_calls_are_calls_wherever_it_stops(make_bench, stop_at, after):
    bench = make_bench(timeouts=PATIENT)
    text = as_text(named("consult_legal"), named("consult_legal"), beside="I ask Legal.")
    bench.model.reply = lambda prompt: [text] if prompt.tools else "You may."
    claim = await bench.claim("May we?")
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    assert said(bench) == [ANSWER]
    assert len(asked(bench, "legal")) == 1
    assert all("You may." in output for output in outputs(bench).values())
    assert bench.model.unanswered() == []
    calls = [item for item in bench.model.items_of(ROUTER) if isinstance(item, ToolCalled)]
    assert {call.call_id for call in calls} == outputs(bench).keys()


async def test_a_written_call_of_nobody_is_answered_with_the_names(patient):
    patient.model.script(ROUTER, [as_text(named("consult_tax"))], [named("consult_legal")])
    patient.model.script("legal", "You may.")

    await patient.ask("May we?")

    assert said(patient) == [ANSWER]
    assert any(
        "There are: consult_finance, consult_legal" in output
        for output in outputs(patient).values()
    )


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("May we?", as_text(named("get_weather"), marked=False)),
        (
            "What does a call of consult_legal look like?",
            as_text(named("consult_legal"), beside="Like this:", marked=False),
        ),
    ],
)
async def test_an_example_is_no_call(patient, question, text):
    patient.model.script(ROUTER, [text])

    await patient.ask(question)

    assert said(patient) == [(None, text.text)]


async def test_an_expert_without_tools_calls_nobody(patient):
    example = as_text(named("consult_finance"), beside="", marked=False)
    patient.model.script(ROUTER, [consult("legal")])
    patient.model.script("legal", [example])

    await patient.ask("May we?")

    assert said(patient) == [("Legal Counsel", example.text)]


async def test_a_call_in_place_of_the_synthesis_is_not_said(patient):
    text = as_text(named("consult_legal"), marked=False)
    patient.model.script(ROUTER, [consult("legal"), consult("finance")], [text])

    await patient.ask("May we?")

    assert len(said(patient)) == 2


@pytest.mark.parametrize(
    "names",
    [
        "legal, finance",
        "legal,finance",
        "Legal Counsel and finance",
        "legal, and finance",
        "consult_legal/consult_finance",
        "legal & finance",
        "legal\nfinance\n",
        "legal; finance; legal",
        "- legal\n- finance",
    ],
)
async def test_a_call_of_several_consults_each_and_has_one_output(patient, names):
    patient.model.script(ROUTER, [named(f"consult_{names}")], "Both said so.")
    patient.model.script("legal", "You may.")
    patient.model.script("finance", "It pays.")

    await patient.ask("May we?")

    assert {who for who, _ in said(patient) if who} == {"Legal Counsel", "Finance Partner"}
    assert list(outputs(patient)) == ["call_1"]
    assert "You may." in outputs(patient)["call_1"]
    assert "It pays." in outputs(patient)["call_1"]


async def test_who_is_unknown_among_several_is_told(patient):
    patient.model.script(ROUTER, [named("consult_legal, nobody, neither")])
    patient.model.script("legal", "You may.")

    await patient.ask("May we?")

    assert said(patient)[0] == ANSWER
    assert "There is no expert 'nobody, neither'" in outputs(patient)["call_1"]


@pytest.mark.parametrize("name", ["Legal Counsel (legal)", "legal: Legal Counsel, for contracts"])
async def test_a_name_may_be_explained(patient, name):
    patient.model.script(ROUTER, [named(f"consult_{name}")])
    patient.model.script("legal", "You may.")

    await patient.ask("May we?")

    assert said(patient) == [ANSWER]


async def test_a_group_that_failed_before_in_the_same_task_keeps_nobody_from_being_asked(bench):
    async def fail() -> None:
        raise ValueError

    with pytest.raises(ExceptionGroup):  # before Python 3.13, it leaves its task marked
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
    bench.model.script(ROUTER, consult("legal"))
    bench.model.script("legal", "You may.")
    await bench.ask("May we?")
    assert ANSWER in said(bench)
