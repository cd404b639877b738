import pytest

from bot.panel.language_model import instructions, prompts
from bot.panel.model import Call, CallId, Expert, ExpertName, MessageTs
from bot.panel.utterance import Utterance

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
