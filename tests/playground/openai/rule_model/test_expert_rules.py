from tests.playground.openai.requested import model, reply, text

LEGAL = """\
You are the legal counsel of a company that makes software.
What you look at:
- Privacy: personal data and consent
- Licences: what MIT and others allow, and what notices they demand
- Contracts: who is bound, and how one gets out
- Liability: who carries the damage
How you answer: the short answer first."""
WRAPPED = """\
<brief>Is MIT fine in a closed product?</brief>
<message ref="17.0" from="Ada">
Can we use this MIT library?
</message>"""


def answered(*said: object, instructions: str = LEGAL) -> str:
    return text(reply(*said, instructions=instructions, tools=[]))


def test_an_expert_answers_the_brief_from_its_own_points_the_fitting_ones_first() -> None:
    lines = answered(WRAPPED).split("\n")
    assert lines[0].startswith("As legal counsel")
    assert "“Is MIT fine in a closed product?”" in lines[0]
    assert lines[2] == "- **Licences:** what MIT and others allow, and what notices they demand"


def test_points_that_do_not_fit_are_left_out_but_two_there_are() -> None:
    assert answered("Who is bound by the contract, and who is liable?").count("\n- ") == 2
    assert answered("Blorp?").count("\n- ") == 2


def test_another_question_gets_another_answer() -> None:
    privacy = answered("May we keep personal data?")
    assert "**Privacy:**" in privacy
    assert privacy != answered("Which notices does the licence demand?")


def test_a_later_reply_remembers_what_was_asked_before() -> None:
    later = answered(
        "<earlier>\nBen: Hello.\n</earlier>", WRAPPED, model("Yes."), "And the GPL licence?"
    )
    assert "“And the GPL licence?”" in later
    assert "asked before: “Can we use this MIT library?”" in later


def test_instructions_without_a_list_are_read_by_sentences() -> None:
    plain = "You are a baker. Say how long the dough rests. Always name the oven's heat."
    assert "Always name the oven's heat." in answered("Which heat?", instructions=plain)


def test_without_instructions_there_is_still_an_answer() -> None:
    assert "“Is MIT fine?”" in answered("Is MIT fine?", instructions="")


def test_an_expert_names_the_files_it_was_given() -> None:
    files = '\n<file name="a &amp; b.pdf">\n(attached)\n</file>\n<file name="c.py">\nx = 1\n</file>'
    lines = answered(WRAPPED + files).split("\n")
    assert "I was given `a & b.pdf` and `c.py`." in lines
    assert not [line for line in lines if "`a & b.pdf` says" in line]
    assert "“Is MIT fine in a closed product?”" in lines[0]


def test_an_expert_quotes_what_a_text_that_it_was_given_says_about_the_question() -> None:
    contract = (
        "1. Pumps cost 4,200 euros.\n2. It ends with three months' notice.\n3. All is secret."
    )
    asked = f'<message>Which notice?</message>\n<file name="c.md">\n{contract}\n</file>'
    assert "- `c.md` says: “It ends with three months' notice.”" in answered(asked)
