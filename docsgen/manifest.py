"""What the Slack app asks for, and why."""

from bot.adapters.slack.app.manifest import (
    BOT_EVENTS,
    BOT_SCOPES,
    OPTIONAL_BOT_SCOPES,
    ORGANISATION_EVENTS,
    SHORTCUTS,
)
from docsgen.tables import table


def page() -> str:
    """Return the page of scopes, events and shortcuts."""
    scopes = table(("scope", "why"), ((f"`{s}`", why) for s, why in BOT_SCOPES.items()))
    optional = table(("scope", "why"), ((f"`{s}`", why) for s, why in OPTIONAL_BOT_SCOPES.items()))
    events = table(("event", "when"), ((f"`{e}`", when) for e, when in BOT_EVENTS.items()))
    more = table(("event", "when"), ((f"`{e}`", when) for e, when in ORGANISATION_EVENTS.items()))
    shortcuts = table(
        ("shortcut", "what it does"), ((s["name"], s["description"]) for s in SHORTCUTS)
    )
    return f"""\
# The app's manifest

`panelbot manifest` prints the manifest of the Slack app. It asks for these scopes:

{scopes}

These scopes are optional; whoever installs the app may leave them out:

{optional}

Slack sends these events:

{events}

With `--workspaces`, these as well:

{more}

The menu of each message has these shortcuts:

{shortcuts}
"""
