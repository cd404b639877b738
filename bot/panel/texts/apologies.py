"""Sentences to people about what the bot did not hear, or is not allowed to do: Markdown."""

from bot.language import gettext, ngettext


def late(seconds: float) -> str:
    """Return the line above an answer to what was asked while nobody listened, *seconds* ago."""
    minutes = round(seconds / 60)
    if minutes < 1:
        line = gettext("I was not listening when this was asked; here is the answer.")
    elif minutes < 120:
        line = ngettext(
            "I was not listening when this was asked, {count} minute ago; here is the answer.",
            "I was not listening when this was asked, {count} minutes ago; here is the answer.",
            minutes,
        )
    else:
        line = ngettext(
            "I was not listening when this was asked, {count} hour ago; here is the answer.",
            "I was not listening when this was asked, {count} hours ago; here is the answer.",
            round(minutes / 60),
        )
    return f"_{line}_"
