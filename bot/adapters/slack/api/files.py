"""Files in Slack: downloading what people attach, safely, and storing what experts make.

1. A file's URL comes from ``files.info``, never from a payload or a text.
2. The token goes to Slack's own file server and nowhere else: https, that host, no redirects.
3. A web page in place of the file is Slack's sign-in page, not the file.
4. A download stops at the size that Slack gave for the file.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from bot.adapters.slack.api.answers import Ambiguous
from bot.adapters.slack.api.uploads import POLL_DELAYS, Uploads
from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import MessengerRefused, MessengerUnavailable, Refused
from bot.panel.language_model.files.file_fetching import FileServer
from bot.panel.model import SharedFile
from bot.panel.names import in_code
from bot.panel.texts import file_sentences

_FILE_SERVER = ("https", "files.slack.com", None)
_CHUNK = 64 * 1024
_GONE = frozenset({"file_not_found", "file_deleted"})
_NATIVE = frozenset({"canvas", "list", "quip"})  # pages of Slack's own, and no files
_TIMEOUT = ClientTimeout(total=120, connect=5)

Origin = tuple[str, str | None, int | None]


@dataclass(frozen=True, slots=True)
class SlackFile:
    """A file as Slack describes it."""

    id: str
    name: str
    size: int  # bytes
    url: str
    owner: str = ""
    shared_in: frozenset[str] = frozenset()  # channels
    problem: str = ""  # why Slack does not give it, as a sentence for people


class SlackFiles(Uploads, FileServer):
    """Downloads files with *token* from Slack's file server; a fake Slack serves its own files."""

    def __init__(
        self,
        api: SlackApi,
        session: ClientSession,
        token: str,
        api_url: str,
        *,
        poll_delays: Sequence[float] = POLL_DELAYS,
    ) -> None:
        super().__init__(api, session, self._is_slack_url, poll_delays)
        self._headers = {"Authorization": f"Bearer {token}"}
        host = urlsplit(api_url).hostname or ""
        is_slack = host == "slack.com" or host.endswith(".slack.com")
        self._allowed = _FILE_SERVER if is_slack else _origin(api_url)

    async def find(self, file_id: str) -> SlackFile:
        file = (await self._api.read("files.info", file=file_id))["file"]
        name = str(file.get("name") or "file")
        return SlackFile(
            file_id,
            name,
            int(file.get("size") or 0),
            file.get("url_private_download") or file.get("url_private") or "",
            str(file.get("user") or ""),
            frozenset(map(self._api.channels.first, _shared_in(file))),
            _problem(file, name),
        )

    async def read(self, file: SharedFile, most: int) -> tuple[str, bytes]:
        try:
            stored = await self.find(file.id)
        except MessengerRefused as error:
            raise (
                Refused(file_sentences.file_gone(file.name)) if error.code in _GONE else error
            ) from None
        if stored.size > most:
            raise Refused(file_sentences.file_too_large(stored.name, most))
        known = stored if stored.size else replace(stored, size=most)  # Slack does not say it yet
        return stored.name, await self.content(known)

    async def content(self, file: SlackFile) -> bytes:
        """Return the file's bytes. Raises Refused if it cannot be downloaded safely."""
        if file.problem or not self._is_slack_url(file.url):
            raise Refused(file.problem or _elsewhere(file.name))
        try:
            async with self._session.get(
                file.url, headers=self._headers, allow_redirects=False, timeout=_TIMEOUT
            ) as response:
                _check(response, file)
                content = BytesIO()  # hands over what it holds without a copy
                async for chunk in _bounded(response, file):
                    content.write(chunk)
                return content.getvalue()
        except (ClientError, TimeoutError, OSError) as error:
            raise MessengerUnavailable(f"file: {type(error).__name__}") from error

    def _is_slack_url(self, url: str) -> bool:
        return _origin(url) == self._allowed


def _problem(file: Json, name: str) -> str:
    """Return why Slack does not give a file; empty if it does."""
    mode = file.get("mode")
    if mode == "tombstone":
        return file_sentences.file_gone(name)
    if mode == "hidden_by_limit":
        return file_sentences.file_hidden(name)
    if mode in _NATIVE or str(file.get("mimetype")).startswith("application/vnd.slack-"):
        return file_sentences.file_native(name)
    return _elsewhere(name) if file.get("is_external") or mode == "external" else ""


def _elsewhere(name: str) -> str:
    return gettext(
        "`{file}` does not lie in Slack itself; please upload it there.", file=in_code(name)
    )


def _shared_in(file: Json) -> Iterator[str]:
    """Yield the channels, groups and direct messages that a file is shared in."""
    for kind in ("channels", "groups", "ims"):
        yield from map(str, file.get(kind) or ())
    for shares in (file.get("shares") or {}).values():  # public, private
        yield from map(str, shares)


def _origin(url: str) -> Origin:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", None, None
    return parts.scheme, parts.hostname, port


def _check(response: ClientResponse, file: SlackFile) -> None:
    if response.status >= 500 or response.status == 429:
        raise Ambiguous(f"file: http_{response.status}")
    if response.status != 200 or response.content_type == "text/html":
        raise Refused(
            gettext(
                "Slack did not give me `{file}`. If it is not a web page, whoever runs me has to "
                "allow me to read files (the scope `files:read`).",
                file=in_code(file.name),
            )
        )


async def _bounded(response: ClientResponse, file: SlackFile) -> AsyncIterator[bytes]:
    """Yield the bytes. Raises Refused if there are more than Slack said."""
    left = file.size
    async for chunk in response.content.iter_chunked(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise Refused(
                gettext(
                    "`{file}` is larger than Slack says; I do not take it.", file=in_code(file.name)
                )
            )
        yield chunk
