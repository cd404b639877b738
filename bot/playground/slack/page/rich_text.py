"""Slack's `rich_text` blocks as safe HTML. Their texts are literal: there are no entities."""

from collections.abc import Mapping, Sequence
from html import escape

from bot.playground.slack.page.mrkdwn import Names, control_html, date_html, link_html
from bot.playground.slack.workspace.emoji import with_emoji

_MENTIONS = {
    "user": ("@", "user_id"),
    "channel": ("#", "channel_id"),
    "usergroup": ("!subteam^", "usergroup_id"),
    "broadcast": ("!", "range"),
}
_STYLES = {"bold": "b", "italic": "i", "strike": "s", "underline": "u", "code": "code"}


def rich_text_html(elements: Sequence[object], names: Names) -> str:
    """Return the elements of a `rich_text` block as HTML."""
    return "".join(_part_html(e, names) for e in elements if isinstance(e, Mapping))


def _part_html(part: Mapping[str, object], names: Names) -> str:
    inside = part.get("elements")
    elements = [e for e in inside if isinstance(e, Mapping)] if isinstance(inside, list) else []
    match part.get("type"):
        case "rich_text_section":
            return f"<p>{_leaves_html(elements, names)}</p>"
        case "rich_text_quote":
            return f"<blockquote>{_leaves_html(elements, names)}</blockquote>"
        case "rich_text_preformatted":
            return f'<pre tabindex="0"><code>{_leaves_html(elements, names)}</code></pre>'
        case "rich_text_list":
            return _list_html(part, elements, names)
        case kind:
            return f'<p class="unknown">Unknown rich text: {escape(str(kind))}</p>'


def _list_html(
    part: Mapping[str, object], items: Sequence[Mapping[str, object]], names: Names
) -> str:
    tag = "ol" if part.get("style") == "ordered" else "ul"
    indent = part.get("indent")
    level = min(indent, 8) if isinstance(indent, int) else 0
    inside = "".join(f"<li>{_part_html(item, names)}</li>" for item in items)
    return f'<{tag} class="indent-{level}">{inside}</{tag}>'


def _leaves_html(elements: Sequence[Mapping[str, object]], names: Names) -> str:
    return "".join(_styled(element, _leaf_html(element, names)) for element in elements)


def _styled(element: Mapping[str, object], html: str) -> str:
    style = element.get("style")
    styles = style if isinstance(style, Mapping) else {}
    for name, tag in _STYLES.items():
        if styles.get(name):
            html = f"<{tag}>{html}</{tag}>"
    return html


def _leaf_html(element: Mapping[str, object], names: Names) -> str:
    def field(name: str) -> str:
        return str(element.get(name) or "")

    match element.get("type"):
        case "text":
            return escape(field("text")).replace("\n", "<br>")
        case "link":
            return link_html(field("url"), field("text")) or escape(field("text") or field("url"))
        case "user" | "channel" | "usergroup" | "broadcast" as kind:
            sigil, id_field = _MENTIONS[kind]
            return control_html(f"{sigil}{field(id_field)}", names)
        case "emoji":
            return escape(with_emoji(f":{field('name')}:"))
        case "date":
            fields = (field(name) for name in ("timestamp", "format", "url", "fallback"))
            return date_html(*fields) or escape(field("fallback"))
        case "color":
            return escape(field("value"))
        case kind:
            return f'<span class="unknown">{escape(str(kind))}</span>'
