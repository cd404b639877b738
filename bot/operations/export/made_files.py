"""The files that experts made, inside a page: images as such, others to be saved."""

import base64
from collections.abc import Mapping, Sequence
from html import escape

from bot.panel.made_files import MadeFile

_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}  # what they begin with


def listed(files: Sequence[MadeFile], contents: Mapping[str, bytes]) -> str:
    """Return *files* as a list; of those without contents, the names."""
    if not files:
        return ""
    items = "".join(f"<li>{_shown(file, contents.get(file.id))}</li>" for file in files)
    return f"<h4>Files made</h4><ul>{items}</ul>"


def encoded(content: bytes) -> str:
    """Return *content* in Base64."""
    return base64.b64encode(content).decode()


def _shown(file: MadeFile, content: bytes | None) -> str:
    name, about = escape(file.name), escape(file.about)
    words = f"{name}: {about}" if about else name
    if content is None:
        return words
    kind = next((kind for mark, kind in _IMAGES.items() if content.startswith(mark)), "")
    if not kind:
        address = f"data:application/octet-stream;base64,{encoded(content)}"
        return f'<a download="{name}" href="{address}">{words}</a>'
    return f'{name}<br><img alt="{about or name}" src="data:{kind};base64,{encoded(content)}">'
