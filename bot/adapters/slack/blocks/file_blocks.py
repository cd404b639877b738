"""The files in a message: images as images, others as links to where Slack keeps them."""

from collections.abc import Iterable

from bot.adapters.slack.blocks.elements import literal, section
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import gettext
from bot.panel.made_files import StoredFile

_LONGEST_ALT = 2_000
_LONGEST_NAME = 200


def show(stored_files: Iterable[StoredFile]) -> list[Json]:
    """Return the blocks that show *stored_files*."""
    return [_image(file) if file.is_image else section(_link(file)) for file in stored_files]


def links(stored_files: Iterable[StoredFile]) -> list[str]:
    """Return links to *stored_files* as mrkdwn."""
    return [_link(file) for file in stored_files]


def _image(file: StoredFile) -> Json:
    about = file.about or gettext("Image that an expert made: {name}", name=file.name)
    return {
        "type": "image",
        "slack_file": {"id": file.id},
        "alt_text": literal(about, _LONGEST_ALT) or gettext("Image"),
    }


def _link(file: StoredFile) -> str:
    name = sanitize.mrkdwn(file.name.replace("|", "/"))[:_LONGEST_NAME]
    safe = file.url.startswith(("https://", "http://")) and not set(file.url) & set("<>| ")
    return f"<{file.url}|{name}>" if safe else name
