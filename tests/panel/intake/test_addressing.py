import pytest

from bot.panel.intake.addressing import addressed
from bot.panel.model import (
    Expert,
    ExpertName,
    FileId,
    Message,
    MessageTs,
    Panel,
    SharedFile,
    UserId,
)


def expert(name: str, title: str) -> Expert:
    return Expert(ExpertName(name), title, ":x:", "", "")


PANEL = Panel((expert("finance", "Finance Partner"), expert("legal", "Legal Counsel")))


def names(*texts: str, mentioned: bool = False) -> list[str]:
    messages = [Message(MessageTs("1.0"), UserId("U1"), text, mentioned) for text in texts]
    return [one.name for one in addressed(messages, PANEL)]


def test_handles_address_their_experts():
    both = (ExpertName("legal"), ExpertName("finance"))
    message = Message(MessageTs("1.0"), UserId("U1"), "so: may we?", True, handles=both)
    assert [one.name for one in addressed([message], PANEL)] == ["finance", "legal"]


def test_a_handle_of_an_expert_who_is_not_here_leaves_it_to_the_router():
    tax = (ExpertName("tax"),)
    message = Message(MessageTs("1.0"), UserId("U1"), "legal: may we?", True, handles=tax)
    assert addressed([message], PANEL) == ()


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("legal: may we?", ["legal"]),
        ("Legal: may we?", ["legal"]),
        ("Legal Counsel: may we?", ["legal"]),
        ("legal, finance: may we?", ["finance", "legal"]),
        ("legal and finance: may we?", ["finance", "legal"]),
        ("legal & Finance Partner: may we?", ["finance", "legal"]),
        ("legal &amp; finance: may we?", ["finance", "legal"]),
        ("*legal:* may we?", ["legal"]),
        ("_Legal Counsel_: may we?", ["legal"]),
        ("everyone: may we?", ["finance", "legal"]),
        ("all: may we?", ["finance", "legal"]),
        ("legal, finance, and Legal Counsel: may we?", ["finance", "legal"]),
        ("legal/finance: may we?", ["finance", "legal"]),
        ("@legal: may we?", ["legal"]),
        ("legal\u202f: may we?", ["legal"]),  # as French is typed
        ("legal\uff1aよいですか", ["legal"]),
        ("legal\u3001finance\uff1aよいですか", ["finance", "legal"]),
        ("\u200flegal، finance: هل يجوز؟", ["finance", "legal"]),
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


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("legal, finance may we?", ["finance", "legal"]),
        ("legal and finance may we?", ["finance", "legal"]),
        ("legal and may we?", ["legal"]),
        ("@legal may we?", ["legal"]),
        ("legal is this ours?", ["legal"]),
        ("legal was meinst du?", ["legal"]),
        ("legal, finance", []),
        ("@everyone lunch?", []),
    ],
)
def test_after_a_mention_all_who_are_named_first_are_asked(text, whom):
    assert names(text, mentioned=True) == whom


@pytest.mark.parametrize(
    "text",
    [
        "Everyone gives up halfway.",
        "everybody is late, why?",
        "Legal says no, who is right?",
        "Legal and Finance want another offer.",
        "legal keep asking for it",
    ],
)
def test_what_speaks_of_somebody_does_not_speak_to_them(text):
    assert names(text, mentioned=True) == []


def test_a_letter_may_be_written_in_two_ways():
    panel = Panel((expert("kitchen", "Küche"),))
    message = Message(MessageTs("1.0"), UserId("U1"), "Ku\u0308che: was gibt es?")
    assert [one.name for one in addressed([message], panel)] == ["kitchen"]


def test_all_is_too_common_a_word_to_call_everyone_without_a_colon():
    assert names("all right, what now?", mentioned=True) == []
    assert names("all: what now?", mentioned=True) == ["finance", "legal"]


def test_a_title_that_holds_an_and_addresses_its_expert():
    panel = Panel((expert("lab", "Research & Development"), expert("ops", "Run and Maintain")))
    for text, name in (
        ("Research &amp; Development: may we?", "lab"),
        ("run and maintain: may we?", "ops"),
    ):
        message = Message(MessageTs("1.0"), UserId("U1"), text)
        assert [one.name for one in addressed([message], panel)] == [name]


def test_gathered_messages_are_direct_only_if_all_of_them_are():
    assert names("legal: may we?", "finance: and the cost?") == ["finance", "legal"]
    assert names("legal: may we?", "and what else?") == []


@pytest.mark.parametrize(
    ("text", "whom"),
    [("legal", ["legal"]), ("legal:", ["legal"]), ("everyone", ["finance", "legal"]), ("", [])],
)
def test_of_those_who_are_shown_something_the_names_are_enough(text, whom):
    for shown in ({"quoted": "finance: a table"}, {"files": (SharedFile(FileId("F1"), "a"),)}):
        message = Message(MessageTs("1.0"), UserId("U1"), text, mentioned=True, **shown)
        assert [one.name for one in addressed([message], PANEL)] == whom
