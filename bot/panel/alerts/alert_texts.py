"""What alerts say, each with what to do: the exact command or setting."""

from collections.abc import Mapping

from bot.language import day, gettext, ngettext
from bot.panel.alerts.alerts import AlertKind
from bot.panel.names import in_code


def text(kind: AlertKind, about: str, details: Mapping[str, str], count: int) -> str:
    """Return the text of an alert as Markdown, in the language of this task."""
    what, remedy = _text(kind, in_code(about), details, count)
    return f"**{what}**\n{remedy}"


def _text(kind: AlertKind, about: str, details: Mapping[str, str], count: int) -> tuple[str, str]:
    match kind:
        case AlertKind.DEAD_LETTERS:
            return ngettext(
                "{count} question could not be answered and was put aside.",
                "{count} questions could not be answered and were put aside.",
                count,
            ), gettext(
                "`panelbot turns list` says why. Once that is mended, `panelbot turns retry --all` "
                "answers them; `panelbot turns drop --all` deletes them."
            )
        case AlertKind.KEY_REFUSED:
            return gettext("What is in `{setting}` is rejected.", setting=about), gettext(
                "Put a valid key or token there, and restart all processes. `panelbot check` says "
                "what is wrong with it."
            )
        case AlertKind.NO_CREDIT:
            return gettext(
                "The model account has no credit left, or its budget is used up."
            ), gettext(
                "Add credit or raise the limit at the provider of `OPENAI_API_KEY`. Then "
                "`panelbot turns retry --all` answers what was put aside meanwhile."
            )
        case AlertKind.MODEL_GONE:
            return gettext("The model `{model}` does not exist (any more).", model=about), gettext(
                "`panelbot check` names the setting or the expert that asks for it, and models "
                "to take instead."
            )
        case AlertKind.MODEL_ENDS:
            return gettext(
                "The model `{model}` will be switched off on {date}.",
                model=about,
                date=day(details.get("date", "")),
            ), gettext(
                "`panelbot check` names the setting or the expert that asks for it: set another "
                "model there by then."
            )
        case AlertKind.BUDGET:
            return gettext(
                "{percent} % of the budget `{limit}` is spent. It begins anew on {date}.",
                percent=details.get("percent", ""),
                limit=in_code(details.get("limit", "")),
                date=day(details.get("date", "")),
            ), gettext(
                "`/experts budget` in Slack and `panelbot budgets` show what is left, and change "
                "it. Once it is used up, nobody who needs it is answered."
            )
        case AlertKind.EXPIRING:
            return gettext(
                "The token in `{setting}` expires on {date}.",
                setting=about,
                date=day(details.get("date", "")),
            ), gettext(
                "Put a new one there by then, and restart all processes. Slack has it under *OAuth "
                "& Permissions* of the app."
            )
        case AlertKind.REINSTALL | AlertKind.SCOPES:
            return _why_to_install(kind, details), _where_to_install(details)


def _why_to_install(kind: AlertKind, details: Mapping[str, str]) -> str:
    if kind is AlertKind.SCOPES:
        scopes = in_code(details.get("scopes", ""))
        return gettext("The app lacks permissions: `{scopes}`.", scopes=scopes)
    return gettext("The app has to be installed again, or it soon cannot answer here any more.")


def _where_to_install(details: Mapping[str, str]) -> str:
    if link := details.get("link"):
        return gettext(
            "Open {link} and press *Allow*: settings and threads stay as they are.", link=link
        )
    return gettext(
        "`panelbot workspaces invite` makes a link to install it again: settings and threads stay "
        "as they are."
    )
