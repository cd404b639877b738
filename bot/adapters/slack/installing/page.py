"""A page for those who install the app.

1. Nothing of a request is in it; the little that Slack has told of a workspace is escaped.
2. It loads nothing, runs nothing, and tells no other site that it was seen.
"""

import html
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from aiohttp import web

from bot.language import ENGLISH, current_language

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
                f"<li><code>{html.escape(name)}</code>{html.escape(purpose)}</li>"
                for name, purpose in self.items
            )
            parts.append(f"<ul>{''.join(lines)}</ul>")
        if self.link:
            address, label = html.escape(self.link), html.escape(self.label)
            parts.append(f'<a class="act" rel="noreferrer" href="{address}">{label}</a>')
        elif self.label:
            button = f'<button class="act">{html.escape(self.label)}</button>'
            parts.append(f'<form method="post">{button}</form>')
        title, language = html.escape(self.title), current_language() or ENGLISH
        return (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<style>{_STYLE}</style><main><h1>{title}</h1>{''.join(parts)}</main></html>"
        )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
