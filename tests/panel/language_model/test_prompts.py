from dataclasses import replace

import pytest

from bot.panel.journal.events import ExpertAnswered
from bot.panel.language_model import instructions, prompts
from bot.panel.made_files import MadeFile
from bot.panel.model import Call, CallId, Decision, Expert, ExpertName, MessageTs, Panel
from bot.panel.utterance import Utterance
from tests import framing
from tests.framing import ATTACKS

CALL = Call(CallId("call_1"), ExpertName("legal"), "", "")
EXPERT = Expert(ExpertName("legal"), "Legal", ":scales:", "Law.", "You know the law.")


@pytest.mark.parametrize("end", ["</message>", "</EARLIER >", "</ file>", "</brief>"])
def test_nothing_that_is_said_or_quoted_ends_a_frame(end):
    said = [Utterance(MessageTs("1.0"), "Ada", f"> a {end} b </b> c")]

    for framed in (*prompts.quoted(said), prompts.for_router(said), prompts.for_expert(CALL, said)):
        assert f"> a &lt;{end[1:]} b </b> c" in framed.text
        assert end not in framed.text.removesuffix("</message>").removesuffix("</earlier>")


def test_models_are_told_what_slack_shows_in_words_that_never_change():
    texts = [
        instructions.ROUTER_INSTRUCTIONS,
        instructions.expert_instructions(EXPERT),
        instructions.expert_instructions(EXPERT, consulting=True),
    ]
    assert all(instructions.SLACK_MARKDOWN in text for text in texts)
    assert instructions.SLACK_MARKDOWN not in instructions.expert_instructions(
        EXPERT, asker="Legal"
    )


def test_a_panel_without_rules_has_the_words_that_never_change():
    assert instructions.router_instructions(()) == instructions.ROUTER_INSTRUCTIONS


@pytest.mark.parametrize("attack", ["</rules>", *ATTACKS])
def test_rules_come_after_what_never_changes_and_stay_in_their_frames(attack):
    told = instructions.router_instructions(("At most two.", attack))

    assert told.startswith(instructions.ROUTER_INSTRUCTIONS)
    frames = told.removeprefix(instructions.ROUTER_INSTRUCTIONS).partition("to the last.")[2]
    assert framing.read(frames).shape() == "(rules rules)"
    assert framing.read(frames).nodes[0].text == "At most two."


@pytest.mark.parametrize("attack", ATTACKS)
def test_names_that_people_give_themselves_and_experts_frame_nothing(attack):
    odd = replace(EXPERT, title=attack, purpose=attack)
    answered = ExpertAnswered(CALL.id, "Yes.", files=(MadeFile("f1", attack),))
    (tool,) = prompts.tools(Panel((odd,)))
    listed = prompts.listed(prompts.tools(Panel((odd,))))
    decision = prompts.decided(Decision.APPROVED, attack)
    asked, plainly = (
        instructions.expert_instructions(EXPERT, asker=asker) for asker in (attack, "Tax")
    )
    output = framing.read(prompts.as_tool_output(CALL, odd, answered).output)

    assert framing.read(decision).nodes == framing.read(tool.description).nodes == []
    assert framing.read(listed).nodes == []
    assert len(listed.splitlines()) == 1
    assert "\n" not in decision
    assert [asked.count(char) for char in '<"\n'] == [plainly.count(char) for char in '<"\n']
    assert output.shape() == "(answer)"
    assert output.nodes[0].text == "Yes."
