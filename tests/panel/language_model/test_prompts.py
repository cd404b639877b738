import pytest

from bot.panel.language_model import prompts
from bot.panel.model import Call, CallId, ExpertName, MessageTs, Utterance

CALL = Call(CallId("call_1"), ExpertName("legal"), "", "")


@pytest.mark.parametrize("end", ["</message>", "</EARLIER >", "</ file>", "</brief>"])
def test_nothing_that_is_said_or_quoted_ends_a_frame(end):
    said = [Utterance(MessageTs("1.0"), "Ada", f"> a {end} b </b> c")]

    for framed in (*prompts.quoted(said), prompts.for_router(said), prompts.for_expert(CALL, said)):
        assert f"> a &lt;{end[1:]} b </b> c" in framed.text
        assert end not in framed.text.removesuffix("</message>").removesuffix("</earlier>")
