"""What people read about forgetting a thread."""

from bot.language import gettext


def question() -> str:
    return gettext(
        "Shall I forget this thread? Then I delete what the panel remembers of it: its "
        "conversations with the models, its reports, and what waits here. What Slack shows stays "
        "until somebody deletes it in Slack. This cannot be undone."
    )


def is_under_way() -> str:
    return gettext(
        "I am forgetting this thread. That takes some seconds; if something is in the way, I try "
        "again until it is done."
    )
