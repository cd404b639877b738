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
        "reason": "The message mentions “MIT” and “closed product”.",
        "brief": "Can we use this MIT library in a closed product?",
    }
    assert consulted["finance"] == {
        "reason": "The message mentions “cost”.",
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
        ("Hallo zusammen!", "Hallo! Hier kann man fragen: Legal"),
        ("Merci beaucoup !", "Avec plaisir"),
        ("¿Qué puedes hacer?", "En este panel:"),
        ("すみません、チャンネルを間違えました", "専門家への質問ではない"),
        ("今天天气怎么样", "这不需要小组里的专家"),
        ("👍", "nothing for an expert"),
    ],
)
def test_what_is_for_no_expert_is_answered_by_the_router(said: str, expected: str) -> None:
    assert expected in text(reply(said))


@pytest.mark.parametrize(
    "said",
    [
        "Sorry, wrong channel!",
        "test",
        "My name is Bill and I work in legal",
        "Thanks, the contract looks good now",
        "Is it going to rain tomorrow?",
        "Meeting moved to 3pm.",
        "The lift is out of order until Thursday",
        "Please ignore my last message",
        "Hi all, Maria here, I joined the design team last week",
        "Is it Friday yet?",
        "Der Aufzug ist bis Freitag kaputt",
        "Trabalho com a Ana, prazer",
        "A reunião passou para as três",
        "今日が最終出社日です",
        "电梯坏了",
        "Ich bin heute krank",
        "Esto es solo una prueba",
        "Bom fim de semana, pessoal",
        "了解しました",
        "发错群了 不好意思",
    ],
)
def test_what_people_say_to_each_other_asks_nobody(said: str) -> None:
    assert text(reply(said))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Was kostet uns die Wartung?", "finance"),
        ("¿Podemos rescindir el contrato?", "legal"),
        ("Quelqu'un a volé un mot de passe", "security"),
        ("A consulta ao banco de dados está lenta", "engineering"),
        ("この画面のボタンは使いにくいです", "design"),
        ("客户投诉收不到邮件", "support"),
        ("Datenschutzerklärung prüfen", "legal"),
        ("what is the bugdet for the vulnerabilty scan", "finance"),
    ],
)
def test_questions_are_understood_in_seven_languages_and_with_typos(
    question: str, expected: str
) -> None:
    assert expected in calls(reply(question))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Developers, can we do that on a Friday?", ["engineering"]),
        ("Ask the lawyers and the designer about the cookie banner", ["design", "legal"]),
        ("Not legal, but what does the licence cost?", ["finance"]),
        ("Please don't ask finance: is the contract all right, whatever it costs?", ["legal"]),
        ("Fragt nicht die Rechtsabteilung: was kostet der Vertrag?", ["finance"]),
        ("法務ではなく、契約の費用を教えてください", ["finance"]),
        ("不要问法务 合同要多少钱", ["finance"]),
        (
            "Everyone: what speaks against it?",
            ["design", "finance", "legal", "product", "security"],
        ),
    ],
)
def test_who_is_named_is_asked_and_who_is_not_wanted_is_not(
    question: str, expected: list[str]
) -> None:
    assert sorted(calls(reply(question))) == expected


def test_what_is_quoted_does_not_choose() -> None:
    quoted = "Is this ticket urgent: “the database and the encryption licence are broken”?"
    assert list(calls(reply(quoted))) == ["support"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("We have an outage", "engineering"),
        ("Die Server sind ausgefallen", "engineering"),
        ("How do we word the job ad?", "legal"),
        ("Should we blorp the wibble?", "legal"),
    ],
)
def test_what_nobody_on_the_panel_knows_goes_to_who_is_nearest(
    question: str, expected: str
) -> None:
    four = [
        one for one in TOOLS if one["name"].split("_")[1] in {"legal", "finance", "engineering"}
    ]
    assert len(calls(reply(question, tools=four))) == 1
    if "?" not in question:
        assert expected in calls(reply(question, tools=four))


COMPANY = [
    tool("consult_recht", "Consult Rechtsanwältin: Verträge, Arbeitsrecht, Datenschutz"),
    tool("consult_lager", "Consult Lagerleitung: Versand, Bestand, Paletten"),
    tool("consult_vet", "Consult Veterinarian: animal health, vaccinations, feed"),
    tool("consult_sky", "Consult 天文学者: 望遠鏡、軌道、恒星"),
]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("May we read the mails of an employee by law?", "recht"),
        ("Where is my parcel?", "lager"),
        ("La vache a de la fièvre", "vet"),
        ("望遠鏡の調整はどうしますか", "sky"),
        ("Which feed is best?", "vet"),
    ],
)
def test_experts_of_a_company_are_chosen_by_their_purposes_in_any_language(
    question: str, expected: str
) -> None:
    assert list(calls(reply(question, tools=COMPANY))) == [expected]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Was kostet die Lizenz?", "In der Nachricht geht es um „Lizenz“."),
        ("¿Y qué hay del contrato?", "El mensaje menciona «contrato»."),
        ("Et qu'en est-il du contrat ?", "Le message parle de « contrat »."),
        ("E o que há com o contrato?", "A mensagem menciona “contrato”."),
        ("契約はどうなりますか", "メッセージに「契約」とあるためです。"),
        ("那么合同呢", "消息中提到了“合同”。"),
    ],
)
def test_the_reason_is_told_in_the_language_of_the_question(question: str, reason: str) -> None:
    assert calls(reply(question))["legal"]["reason"] == reason


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


def test_a_message_about_something_else_is_no_follow_up() -> None:
    asked = call("call_1", "consult_legal")
    steps = reply("Is MIT fine?", asked, output("call_1"), model("Yes."), "What would it cost?")
    assert list(calls(steps)) == ["finance"]


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
