"""The page on which people let the app into a workspace: it has Allow and Cancel."""

from collections.abc import Sequence
from html import escape
from itertools import groupby
from urllib.parse import urlsplit

from aiohttp import web

from bot.playground.slack.installing.consent import Choice, Consent, InstallRequest
from bot.playground.slack.web_api.errors import ApiError

PATH = "/oauth/v2/authorize"
VIEWER = "playground-viewer"  # the cookie with whom the playground's page shows, and where
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 3em auto; padding: 0 1em }}
select, button {{ font: inherit; padding: .5em 1em; max-width: 100% }}
button[value=allow] {{ background: #007a5a; color: #fff; border: 1px solid #007a5a }}
</style>
<main><h1>{title}</h1>{body}</main></html>"""
_FORM = """<p>It asks for {scopes} permissions: {named}.</p>
<form method="post">
{optional}<p><label>Where, and who you are:<br><select name="place">{options}</select></label></p>
<p><button name="decision" value="allow">Allow</button>
<button name="decision" value="cancel">Cancel</button></p>
</form>"""
_REQUESTED = """<p>An admin of {place} has to approve {name}. They have got your request.</p>
<p>You can close this page.</p>"""
_POLICY = (
    "default-src 'none'",
    "style-src 'unsafe-inline'",  # the one above: nothing on the page comes from elsewhere
    "base-uri 'none'",
    "frame-ancestors 'none'",
)


class InstallPages:
    """Asks people, and sends them back to the app."""

    def __init__(self, consent: Consent, name: str) -> None:
        self._consent = consent
        self._name = name

    async def ask(self, request: web.Request) -> web.Response:
        """Show what the app asks for."""
        try:
            asked = self._consent.read(request.query)
        except ApiError as error:
            return self._refuse(error)
        choices = self._consent.choices(asked, request.cookies.get(VIEWER, ""))
        scopes = sorted(asked.scopes | asked.user_scopes)
        body = _FORM.format(
            scopes=len(scopes),
            named=escape(", ".join(scopes)),
            options=_options(choices),
            optional="".join(map(_tick, sorted(asked.optional))),
        )
        return _page(f"Install {escape(self._name)}", body, target=asked.redirect_uri)

    async def decide(self, request: web.Request) -> web.Response:
        """Send somebody back with a code or, if they do not allow it, with an error."""
        form = await request.post()
        key, _, person = str(form.get("place", "")).partition("/")
        try:
            asked = self._consent.read(request.query)
            if form.get("decision") != "allow":
                return _go(self._consent.cancel(asked))
            unticked = asked.optional - set(map(str, form.getall("optional", ())))
            if location := self._consent.allow(asked, key, person, unticked):
                return _go(location)
        except ApiError as error:
            return self._refuse(error)
        return self._requested(asked, key)

    def _requested(self, asked: InstallRequest, key: str) -> web.Response:
        place = next(c.place for c in self._consent.choices(asked) if c.key == key)
        body = _REQUESTED.format(place=escape(place), name=escape(self._name))
        return _page("Your request has been sent", body)

    def _refuse(self, error: ApiError) -> web.Response:
        title = f"{escape(self._name)} cannot be installed"
        return _page(title, f"<p>Error: <code>{error.code}</code></p>", status=400)


def _options(choices: Sequence[Choice]) -> str:
    groups = []
    for (_, place), members in groupby(choices, key=lambda choice: (choice.key, choice.place)):
        options = "".join(map(_option, members))
        groups.append(f'<optgroup label="{escape(place)}">{options}</optgroup>')
    return "".join(groups)


def _tick(scope: str) -> str:
    box = f'<input type="checkbox" name="optional" value="{escape(scope)}" checked>'
    return f"<p><label>{box} {escape(scope)} (optional)</label></p>"


def _option(choice: Choice) -> str:
    note = " (has to ask an admin)" if choice.asks else ""
    name = f"{choice.place}: {choice.person.real_name}{note}"
    return f'<option value="{choice.key}/{choice.person.id}">{escape(name)}</option>'


def _go(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def _page(title: str, body: str, *, status: int = 200, target: str = "") -> web.Response:
    there = urlsplit(target)  # where the form leads in the end, which browsers look at too
    form = f"form-action 'self' {there.scheme}://{there.netloc}" if target else "form-action 'none'"
    return web.Response(
        text=_PAGE.format(title=title, body=body),
        content_type="text/html",
        status=status,
        headers={
            "Content-Security-Policy": "; ".join((*_POLICY, form)),
            "Referrer-Policy": "same-origin",  # without any, the form's Origin would be null
            "Cache-Control": "no-store",
        },
    )
