"""What people, files, experts and functions say reaches models in the frames that we made."""

import pytest

from bot.panel.language_model.exchange import ToolAnswered, UserSaid
from bot.panel.model import ExpertName, Message, MessageTs, Steer, UserId, Wish
from bot.panel.utterance import Author, Role, Utterance
from tests import framing
from tests.fakes.language_model import ROUTER
from tests.framing import ATTACKS
from tests.panel.conftest import THREAD, consult

LEGAL = "legal"


def read(prompt):
    """Return the frames of all that a prompt has besides instructions."""
    return [
        framing.read(item.text if isinstance(item, UserSaid) else item.output)
        for item in prompt.items
        if isinstance(item, UserSaid | ToolAnswered)
    ]


@pytest.fixture(params=ATTACKS)
def attack(request) -> str:
    return request.param


async def test_in_a_question_and_in_what_was_said_before(bench, attack):
    legal = Author("legal", Role.EXPERT)
    bench.transcript.history = [
        Utterance(MessageTs("1.0"), attack, attack, author=Author("U9")),
        Utterance(MessageTs("2.0"), "Legal", attack, author=legal, shown=attack),
    ]
    bench.model.script(ROUTER, "Hello.")
    shows = Message(MessageTs("3.0"), UserId("U1"), attack, mentioned=True, quoted=attack)
    await bench.queue.put(THREAD, shows)
    await bench.runner().run(await bench.queue.claim())

    earlier, question = read(bench.model.asked(ROUTER)[0])
    assert [earlier.shape(), question.shape()] == [
        "(earlier(said said(shown)))",
        "(message(shown))",
    ]
    said, by_expert = earlier.find("said")
    assert (said.text, by_expert.text, by_expert.nodes[0].text) == (attack, attack, attack)
    assert (said.attributes["id"], said.attributes["role"]) == ("U9", "person")
    assert (by_expert.attributes["id"], by_expert.attributes["role"]) == ("legal", "expert")
    assert question.nodes[0].text == attack
    assert question.nodes[0].attributes["id"] == "U1"


async def test_in_a_brief_a_file_and_its_name(bench, attack):
    call = consult(LEGAL)
    bench.model.script(
        ROUTER, [type(call)(call.call_id, call.tool, {"reason": "", "brief": attack})]
    )
    bench.model.script(LEGAL, "Yes.")
    content = attack.encode()

    await bench.ask(attack, "1.0", bench.files.put(attack, content))

    (given,) = read(bench.model.asked(LEGAL)[0])
    assert given.shape() == "(brief message file)"
    brief, message, file = given.nodes
    assert brief.text == attack.strip()
    assert message.text == attack
    assert file.text == content.decode()
    assert file.attributes.keys() == {"name"}


async def test_in_experts_answers(bench, attack):
    bench.model.script(ROUTER, [consult(LEGAL), consult("finance")], "Done.")
    bench.model.script(LEGAL, f"Yes. {attack}")
    bench.model.script("finance", f"No. {attack}")

    await bench.ask("May we?")

    outputs = read(bench.model.asked(ROUTER)[-1])
    assert [output.shape() for output in outputs] == ["(answer)", "(answer)"]
    for output, name, word in zip(outputs, (LEGAL, "finance"), ("Yes.", "No."), strict=True):
        (answer,) = output.nodes
        assert answer.text == f"{word} {attack}"
        assert (answer.attributes["id"], answer.attributes["role"]) == (name, "expert")
        assert len(list(framing.lines(output))) == 1


async def test_in_what_a_button_is_about(bench, attack):
    bench.transcript.history = [Utterance(MessageTs("1.0"), attack, attack, author=Author("U9"))]
    bench.model.script(LEGAL, "Yes.")
    steer = Steer(Wish.DEEPER, MessageTs("1.0"), MessageTs("1.0"), (ExpertName(LEGAL),))
    await bench.queue.put(
        THREAD, Message(MessageTs("2.0"), UserId("U1"), "", mentioned=True, steer=steer), alone=True
    )
    await bench.runner().run(await bench.queue.claim())

    message = read(bench.model.asked(LEGAL)[0])[-1]
    assert message.shape() == "(message(said))"
    assert message.nodes[0].text.startswith("Go deeper on this")
    assert message.find("said")[0].text == attack
    assert message.find("said")[0].attributes["id"] == "U9"
