import pytest

from bot.panel.errors import MessengerRefused
from bot.panel.texts import apologies


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (29, "when this was asked; here"),
        (40, "1 minute ago"),
        (170, "3 minutes ago"),
        (119 * 60, "119 minutes ago"),
        (12 * 3600, "12 hours ago"),
    ],
)
def test_how_late_an_answer_comes_is_said_in_words(seconds, words):
    assert words in apologies.late(seconds)


@pytest.mark.parametrize(
    ("code", "needed", "words"),
    [
        ("missing_scope", "mpim:history", "lacks the permission `mpim:history`. Whoever"),
        ("missing_scope", "im:history,mpim:history", "`im:history` / `mpim:history`"),
        ("missing_scope", "", "please tell whoever runs me"),
        ("missing_scope", "a`b\nc", "`a'b c`"),
        ("invalid_auth", "", "install the app again"),
        ("token_revoked", "", "install the app again"),
        ("account_inactive", "", "install the app again"),
        ("not_in_channel", "", "/invite"),
        ("channel_not_found", "", "/invite"),
        ("is_archived", "", "archived"),
        ("restricted_action", "", "settings of this workspace"),
        ("restricted_action_read_only_channel", "", "`restricted_action_read_only_channel`"),
        ("no_permission", "", "settings of this workspace"),
        ("access_denied", "", "settings of this workspace"),
        ("something_new", "", "please tell whoever runs me"),
    ],
)
def test_a_refusal_of_slacks_is_told_with_its_remedy(code, needed, words):
    told = apologies.refused(MessengerRefused(code, needed))
    assert words in told
    assert "did not respond" not in told


def test_what_cannot_be_read_opened_or_shown_names_the_permission():
    assert "`im:history`" in apologies.unread("im:history")
    assert "I may not open `a.txt`" in apologies.file_denied("a.txt", "files:read")
    assert "I may not show `a.txt`" in apologies.made_denied("a.txt", "files:write")
