from dataclasses import replace

from bot.panel.model import Expert, ExpertName, Message, MessageTs, Panel, ThreadRef, Turn, UserId


def test_a_name_goes_before_another_experts_title():
    counsel = Expert(ExpertName("counsel"), "Legal", ":x:", "", "")
    legal = Expert(ExpertName("legal"), "Solicitor", ":y:", "", "")
    panel = Panel((counsel, legal))

    assert panel.find("Legal") is legal
    assert panel.find("solicitor") is legal
    assert panel.find("counsel") is counsel


def test_a_message_that_only_shows_something_is_not_empty():
    thread = ThreadRef("T1", "C1", "1.0")
    shown = Message(MessageTs("1.0"), UserId("U1"), "", quoted="| a |")

    assert not Turn.of(thread, [shown]).is_empty
    assert Turn.of(thread, [replace(shown, quoted="")]).is_empty
