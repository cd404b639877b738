import pytest

from bot.panel.addressing import addressed
from bot.panel.model import Expert, ExpertName, Message, MessageTs, Panel, UserId


def expert(name: str, title: str) -> Expert:
    return Expert(ExpertName(name), title, ":x:", "", "")


PANEL = Panel((expert("finance", "Finance Partner"), expert("legal", "Legal Counsel")))


def names(*texts: str, mentioned: bool = False) -> list[str]:
    messages = [Message(MessageTs("1.0"), UserId("U1"), text, mentioned) for text in texts]
    return [one.name for one in addressed(messages, PANEL)]


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("legal: may we?", ["legal"]),
        ("Legal: may we?", ["legal"]),
        ("Legal Counsel: may we?", ["legal"]),
        ("legal, finance: may we?", ["finance", "legal"]),
        ("legal and finance: may we?", ["finance", "legal"]),
        ("legal & Finance Partner: may we?", ["finance", "legal"]),
        ("everyone: may we?", ["finance", "legal"]),
    ],
)
def test_a_name_before_a_colon_addresses_that_expert(text, whom):
    assert names(text) == whom


@pytest.mark.parametrize(
    "text",
    [
        "may we ask legal: the team?",
        "legal:",
        "legal://host",
        "nobody: may we?",
        "legal, nobody: may we?",
        "legal may we?",
        "",
        "🙂",
    ],
)
def test_anything_else_is_for_the_router(text):
    assert names(text) == []


def test_after_a_mention_the_first_word_is_enough():
    assert names("legal may we?", mentioned=True) == ["legal"]
    assert names("everyone what now?", mentioned=True) == ["finance", "legal"]
    assert names("legality matters", mentioned=True) == []


def test_gathered_messages_are_direct_only_if_all_of_them_are():
    assert names("legal: may we?", "finance: and the cost?") == ["finance", "legal"]
    assert names("legal: may we?", "and what else?") == []
