"""The pages that people see who install the app.

1. Nothing of a request is in them; the little that Slack has told of a workspace is escaped.
2. They load nothing, run nothing, and tell no other site that they were seen.
"""

import html
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import urlsplit

from aiohttp import web

from bot.adapters.slack.api.manifest import BOT_SCOPES

_STYLE = """
:root{color-scheme:light dark}
body{font:1.05rem/1.55 system-ui,sans-serif;margin:0;padding:12vh 1.5rem 3rem;
background:light-dark(#f7f5f8,#1b181d);color:light-dark(#1d1c1d,#e9e6eb)}
main{max-width:34rem;margin:auto;padding:2rem 2.25rem;border-radius:.9rem;
background:light-dark(#fff,#262229);box-shadow:0 1px 3px #0003}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 1rem}p,ul{margin:0 0 1rem}
li{margin:.25rem 0}code{font-size:.95em}
.act{display:inline-block;margin-top:.5rem;padding:.7rem 1.4rem;border:0;border-radius:.5rem;
font:inherit;font-weight:600;text-decoration:none;cursor:pointer;background:#611f69;color:#fff}
.act:hover{background:#7c2a86}.act:focus-visible{outline:3px solid #1d9bd1;outline-offset:2px}
"""
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, and what can be done on it."""

    status: int
    title: str
    text: str  # a paragraph in each line
    items: tuple[tuple[str, str], ...] = ()  # names, and what each is for
    link: str = ""
    label: str = ""  # of the link, or else of the button that goes on

    def headers(self, slack: str = "") -> dict[str, str]:
        """Return the headers; a form on it may lead to the page of *slack* only."""
        form = f"form-action 'self' {_origin(slack)}" if slack else "form-action 'none'"
        policy = f"default-src 'none'; style-src 'sha256-{_HASH}'; {form}"
        return {
            "Content-Security-Policy": f"{policy}; base-uri 'none'; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        }

    def response(self, slack: str = "") -> web.Response:
        """Return the page as it is sent; with *slack*, its button goes on to there."""
        return web.Response(
            status=self.status,
            text=self._document(),
            content_type="text/html",
            headers=self.headers(slack if self.label and not self.link else ""),
        )

    def _document(self) -> str:
        parts = [f"<p>{html.escape(text)}</p>" for text in self.text.splitlines()]
        if self.items:
            lines = (
                f"<li><code>{html.escape(name)}</code>, {html.escape(purpose)}</li>"
                for name, purpose in self.items
            )
            parts.append(f"<ul>{''.join(lines)}</ul>")
        if self.link:
            address, label = html.escape(self.link), html.escape(self.label)
            parts.append(f'<a class="act" rel="noreferrer" href="{address}">{label}</a>')
        elif self.label:
            button = f'<button class="act">{html.escape(self.label)}</button>'
            parts.append(f'<form method="post">{button}</form>')
        title = html.escape(self.title)
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<style>{_STYLE}</style><main><h1>{title}</h1>{''.join(parts)}</main></html>"
        )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


DONE = 200
_AGAIN = "\nOpen the link that you were given once more, and begin again."
_IN_THE_LOG = "Panelbot was not installed. Those who run it find the reason in its log."

BEGIN = Page(
    200,
    "Add Panelbot to Slack",
    "Panelbot answers questions in Slack threads with a panel of experts. On the next page, Slack "
    "asks you in which workspace, and tells you what the app may do there.\n"
    "Where an admin has to approve new apps, you can only send a request there, and Slack does not "
    "bring you back here. Once it is approved, open this link again: only then is Panelbot "
    "installed.",
    label="Continue to Slack",
)
NOT_INVITED = Page(
    403,
    "You need an invitation",
    "Panelbot is installed with an invitation: a link that is good once, and for a limited time. "
    "This one is used or too old, or the address is not all of it.\n"
    "Ask those who run Panelbot for a new one.",
)
BUSY = Page(
    429,
    "Too many at once",
    "Many people have begun to install Panelbot just now. Try it again in a minute.",
)
EXPIRED = Page(
    400,
    "This installation cannot go on",
    "It was begun more than ten minutes ago or in another browser, or it is done already." + _AGAIN,
)
DENIED = Page(
    403,
    "Panelbot was not installed",
    "Slack says that it was not allowed. If you have pressed Cancel, that is all.\n"
    "If you have not, your workspace or organisation has a policy for apps that refuses this one. "
    "An admin there can allow it; then open the link once more.",
)
WRONG_PLACE = Page(
    403,
    "This is not the workspace that was invited",
    "The invitation is for another workspace or organisation than the one that you chose, where "
    "nothing has changed: if it had Panelbot before, it keeps it.\n"
    "Open the link once more, and choose the right one at the top of Slack's page.",
)
HAS_IT = Page(
    409,
    "Your organisation has Panelbot already",
    "It is installed for the whole organisation, and cannot be installed in one workspace besides. "
    "Ask an admin of the organisation to add it to your workspace.",
)
UNREACHABLE = Page(
    502,
    "Slack does not answer",
    "Panelbot was not installed, because Slack could not be reached in time." + _AGAIN,
)
NOT_SAVED = Page(
    503,
    "Panelbot could not be installed",
    "The installation could not be saved, and was taken back." + _AGAIN,
)
NOT_NOW = Page(
    503,
    "Not at the moment",
    "Panelbot cannot be installed just now. Try it again in a minute.",
)
MISCONFIGURED = Page(500, "The app is not set up right", _IN_THE_LOG)
FAILED = Page(500, "Something went wrong", _IN_THE_LOG + _AGAIN)


def installed(name: str, link: str, missing: Sequence[str]) -> Page:
    """Return the page for a workspace that has it now, with what it was not granted."""
    page = Page(
        DONE,
        f"Panelbot is installed in {name}" if name else "Panelbot is installed",
        "In a channel of Slack, write /invite @Panelbot. Then mention it with a question, and its "
        "experts answer in the thread.",
        link=link,
        label="Open Slack",
    )
    return _with_missing(page, missing)


def installed_in_organisation(name: str, link: str, missing: Sequence[str]) -> Page:
    """Return the page for an organisation: none of its workspaces has it yet."""
    page = Page(
        DONE,
        f"One more step for {name}" if name else "One more step",
        "Panelbot is installed for the organisation, but works in none of its workspaces until an "
        "admin of the organisation adds it to them.",
        link=link,
        label="Add it to workspaces",
    )
    return _with_missing(page, missing)


def _with_missing(page: Page, missing: Sequence[str]) -> Page:
    if not missing:
        return page
    told = (
        "\nSlack has not granted all that the app asks for. These permissions are missing, and "
        "without them some of it does not work; to grant them, install it once more."
    )
    purposes = tuple((scope, BOT_SCOPES[scope].replace("`", "")) for scope in missing)
    return replace(page, text=page.text + told, items=purposes)
