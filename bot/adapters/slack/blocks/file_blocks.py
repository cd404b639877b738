"""The files in a message: images as images, others as links to where Slack keeps them."""

from collections.abc import Iterable, Sequence

from bot.adapters.slack.blocks import blocks
from bot.adapters.slack.blocks.elements import literal, section
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import gettext
from bot.panel.made_files import StoredFile

_LONGEST_ALT = 2_000
_LONGEST_NAME = 200


def shown(stored_files: Iterable[StoredFile]) -> list[Json]:
    """Return the blocks that show *stored_files*."""
    return [_image(one) if one.is_image else section(_link(one)) for one in stored_files]


def simpler(markdown: str, stored_files: Sequence[StoredFile]) -> Json | None:
    """Return what shows them where Slack does not take the blocks; None if there are none."""
    if not stored_files:
        return None
    return {"text": "\n".join([blocks.fallback(markdown), *map(_link, stored_files)])}


def _image(exhibit: StoredFile) -> Json:
    about = exhibit.about or gettext("Image that an expert made: {name}", name=exhibit.name)
    return {
        "type": "image",
        "slack_file": {"id": exhibit.id},
        "alt_text": literal(about, _LONGEST_ALT) or gettext("Image"),
    }


def _link(exhibit: StoredFile) -> str:
    name = sanitize.mrkdwn(exhibit.name.replace("|", "/"))[:_LONGEST_NAME]
    safe = exhibit.url.startswith(("https://", "http://")) and not set(exhibit.url) & set("<>| ")
    return f"<{exhibit.url}|{name}>" if safe else name
