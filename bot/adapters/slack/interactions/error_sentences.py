"""Sentences that explain errors to people, without any internals."""

from bot.language import gettext
from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    ModelRefused,
    ModelUnavailable,
    PanelError,
    Refused,
)

_TRIGGER_EXPIRED = frozenset({"exchanged_trigger_id", "expired_trigger_id", "trigger_expired"})


def error_sentence(error: PanelError) -> str:
    """Return the sentence that explains *error* to people."""
    match error:
        case Refused():
            return str(error)
        case MessengerRefused(code=code) if code in _TRIGGER_EXPIRED:
            return gettext("That took me too long; please give the command again.")
        case MessengerRefused():
            return gettext("Slack did not let me do that; please tell whoever runs me.")
        case MessengerUnavailable():
            return gettext("I cannot reach Slack just now; please try again in a minute.")
        case ModelRefused():
            return gettext("The model service did not let me do that; please tell whoever runs me.")
        case ModelUnavailable():
            return gettext(
                "I cannot reach the model service just now; please try again in a minute."
            )
        case _:
            return gettext("I cannot reach my memory just now; please try again in a minute.")
