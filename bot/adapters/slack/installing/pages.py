"""What the pages say to those who install the app."""

from collections.abc import Sequence
from dataclasses import replace

from bot.adapters.slack.app.manifest import BOT_SCOPES
from bot.adapters.slack.installing.page import Page
from bot.language import ENGLISH, current_language, gettext

DONE = 200


def begin() -> Page:
    return Page(
        200,
        gettext("Add Panelbot to Slack"),
        _paragraphs(
            gettext(
                "Panelbot answers questions in Slack threads with a panel of experts. On the next "
                "page, Slack asks you in which workspace, and tells you what the app may do there."
            ),
            gettext(
                "Where an admin has to approve new apps, you can only send a request there, and "
                "Slack does not bring you back here. Once it is approved, open this link again: "
                "only then is Panelbot installed."
            ),
        ),
        label=gettext("Continue to Slack"),
    )


def not_invited() -> Page:
    return Page(
        403,
        gettext("You need an invitation"),
        _paragraphs(
            gettext(
                "Panelbot is installed with an invitation: a link that is good once, and for a "
                "limited time. This one is used or too old, or the address is not all of it."
            ),
            gettext("Ask those who run Panelbot for a new one."),
        ),
    )


def busy() -> Page:
    return Page(
        429,
        gettext("Too many at once"),
        gettext("Many people have begun to install Panelbot just now. Try it again in a minute."),
    )


def expired() -> Page:
    return Page(
        400,
        gettext("This installation cannot go on"),
        _paragraphs(
            gettext(
                "It was begun more than ten minutes ago or in another browser, or it is done "
                "already."
            ),
            _again(),
        ),
    )


def denied() -> Page:
    return Page(
        403,
        gettext("Panelbot was not installed"),
        _paragraphs(
            gettext("Slack says that it was not allowed. If you have pressed Cancel, that is all."),
            gettext(
                "If you have not, your workspace or organisation has a policy for apps that "
                "refuses this one. An admin there can allow it; then open the link once more."
            ),
        ),
    )


def wrong_place() -> Page:
    return Page(
        403,
        gettext("This is not the workspace that was invited"),
        _paragraphs(
            gettext(
                "The invitation is for another workspace or organisation than the one that you "
                "chose, where nothing has changed: if it had Panelbot before, it keeps it."
            ),
            gettext(
                "Open the link once more, and choose the right one at the top of Slack's page."
            ),
        ),
    )


def has_it() -> Page:
    return Page(
        409,
        gettext("Your organisation has Panelbot already"),
        gettext(
            "It is installed for the whole organisation, and cannot be installed in one workspace "
            "besides. Ask an admin of the organisation to add it to your workspace."
        ),
    )


def unconfirmed() -> Page:
    return Page(
        403,
        gettext("Your e-mail address is not confirmed"),
        _paragraphs(
            gettext(
                "Slack lets only people install apps whose e-mail address is confirmed. Follow the "
                "link in the e-mail that Slack has sent you."
            ),
            _again(),
        ),
    )


def moving() -> Page:
    return Page(
        409,
        gettext("Your workspace is being moved"),
        _paragraphs(
            gettext(
                "Slack is moving it into an organisation, and installs nothing there until that "
                "is over."
            ),
            _again(),
        ),
    )


def unreachable() -> Page:
    return Page(
        502,
        gettext("Slack does not answer"),
        _paragraphs(
            gettext("Panelbot was not installed, because Slack could not be reached in time."),
            _again(),
        ),
    )


def not_saved() -> Page:
    return Page(
        503,
        gettext("Panelbot could not be installed"),
        _paragraphs(gettext("The installation could not be saved, and was taken back."), _again()),
    )


def not_now() -> Page:
    return Page(
        503,
        gettext("Not at the moment"),
        gettext("Panelbot cannot be installed just now. Try it again in a minute."),
    )


def misconfigured() -> Page:
    return Page(500, gettext("The app is not set up right"), _in_the_log())


def failed() -> Page:
    return Page(500, gettext("Something went wrong"), _paragraphs(_in_the_log(), _again()))


def installed(name: str, link: str, missing: Sequence[str]) -> Page:
    title = gettext("Panelbot is installed")
    page = Page(
        DONE,
        gettext("Panelbot is installed in {name}", name=name) if name else title,
        gettext(
            "In a channel of Slack, write /invite @Panelbot. Then mention it with a question, and "
            "its experts answer in the thread."
        ),
        link=link,
        label=gettext("Open Slack"),
    )
    return _with_missing(page, missing)


def installed_in_organisation(name: str, link: str, missing: Sequence[str]) -> Page:
    page = Page(
        DONE,
        gettext("One more step for {name}", name=name) if name else gettext("One more step"),
        gettext(
            "Panelbot is installed for the organisation, but works in none of its workspaces until "
            "an admin of the organisation adds it to them."
        ),
        link=link,
        label=gettext("Add it to workspaces"),
    )
    return _with_missing(page, missing)


def _with_missing(page: Page, missing: Sequence[str]) -> Page:
    if not missing:
        return page
    told = gettext(
        "Slack has not granted all that the app asks for. These permissions are missing, and "
        "without them some of it does not work; to grant them, install it once more."
    )
    is_english = current_language().partition("-")[0] in ("", ENGLISH)
    items = tuple((scope, _purpose(scope) if is_english else "") for scope in missing)
    return replace(page, text=_paragraphs(page.text, told), items=items)


def _purpose(scope: str) -> str:
    return f", {BOT_SCOPES[scope].replace('`', '')}"


def _again() -> str:
    return gettext("Open the link that you were given once more, and begin again.")


def _in_the_log() -> str:
    return gettext("Panelbot was not installed. Those who run it find the reason in its log.")


def _paragraphs(*texts: str) -> str:
    return "\n".join(texts)
