"""Standard Markdown of `markdown` blocks as safe HTML, with Slack's mentions and links in it."""

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from bot.playground.slack.page.mrkdwn import (
    Names,
    code_html,
    control_html,
    is_safe,
    link_open,
    linked_html,
    text_html,
)

_CONTROL = re.compile(r"<((?:[@#!]|https?:|mailto:)[^<>\n]{1,4000})>")


def markdown_html(text: str, names: Names) -> str:
    """Return standard Markdown as HTML."""
    html: str = _MARKDOWN.render(text, {"names": names})
    return html


class _SafeMarkdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - overrides markdown-it's
        return is_safe(url)


class _SlackHtml(RendererHTML):
    """Each method renders one type of token; markdown-it finds them by name."""

    def text(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _env: EnvType) -> str:
        content = tokens[idx].content
        return text_html(content) if _in_link(tokens, idx) else linked_html(content)

    def slack_control(
        self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: EnvType
    ) -> str:
        return control_html(tokens[idx].content, env["names"])

    def code_inline(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: EnvType) -> str:
        return f"<code>{code_html(tokens[idx].content, env['names'])}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: EnvType) -> str:
        return (
            f'<pre tabindex="0"><code>{code_html(tokens[idx].content, env["names"])}</code></pre>'
        )

    def fence(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: EnvType) -> str:
        return self.code_block(tokens, idx, _o, env)

    def link_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _env: EnvType) -> str:
        return link_open(str(tokens[idx].attrs["href"]))

    def image(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _env: EnvType) -> str:
        token = tokens[idx]
        host = urlsplit(str(token.attrs["src"])).hostname or "unknown"
        label = escape(token.content or "image")
        return f'<span class="image-stub">Image not loaded: {label} ({escape(host)})</span>'

    def heading_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: EnvType) -> str:
        return f'<p class="heading {tokens[idx].tag}">'

    def heading_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: EnvType) -> str:
        return "</p>"

    def table_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: EnvType) -> str:
        return '<div class="table" role="group" aria-label="Table" tabindex="0"><table>'

    def table_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: EnvType) -> str:
        return "</table></div>"

    def th_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: EnvType) -> str:
        align = str(tokens[idx].attrs.get("style", "text-align:left")).removeprefix("text-align:")
        return f'<{tokens[idx].tag} class="align-{align}"><div class="cell">'

    def td_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: EnvType) -> str:
        return self.th_open(tokens, idx, _o, _e)

    def th_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: EnvType) -> str:
        return f"</div></{tokens[idx].tag}>"

    def td_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: EnvType) -> str:
        return self.th_close(tokens, idx, _o, _e)


def _in_link(tokens: Sequence[Token], idx: int) -> bool:
    return sum(_LINK_DEPTH.get(token.type, 0) for token in tokens[:idx]) > 0


def _slack_control(state: StateInline, silent: bool) -> bool:
    match = _CONTROL.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("slack_control", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _markdown() -> MarkdownIt:
    options = {"html": False, "breaks": True}
    parser = _SafeMarkdown("commonmark", options, renderer_cls=_SlackHtml)
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.before("autolink", "slack_control", _slack_control)
    return parser


_LINK_DEPTH = {"link_open": 1, "link_close": -1}
_MARKDOWN = _markdown()
