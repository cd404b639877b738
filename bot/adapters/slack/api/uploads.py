"""Storing files with Slack that nobody sees before a message shows them.

1. The bytes go to the address that Slack gives for them, on Slack's own file server.
2. Slack looks a file over before it can be shown. We wait until it tells what the file is; one
   that it does not tell of in time is shown as a link.
"""

from collections.abc import Callable, Sequence

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.adapters.slack.api.web_api import Ambiguous, SlackApi, SlackRefused
from bot.json_types import Json
from bot.panel.made_files import StoredFile
from bot.panel.model import FileId
from bot.panel.retries import Backoff, Retries

LOOKS = (0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)  # seconds before each look at a new file
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif"})  # by an image block
_TIMEOUT = ClientTimeout(total=60, connect=5)
_LONGEST_NAME = 200


class Uploads:
    """Stores files; *is_ours* tells whether an address lies on Slack's file server."""

    def __init__(
        self,
        api: SlackApi,
        session: ClientSession,
        is_ours: Callable[[str], bool],
        looks: Sequence[float] = LOOKS,
    ) -> None:
        self._api = api
        self._session = session
        self._is_ours = is_ours
        self._looks = looks

    async def store(self, name: str, about: str, content: bytes) -> StoredFile:
        """Return the file as it can be shown. Raises MessengerRefused, MessengerUnavailable."""
        called = " ".join(name.split())[:_LONGEST_NAME] or "file"
        begun = await self._api.rewrite(  # an address that nobody uses is forgotten
            "files.getUploadURLExternal", filename=called, length=len(content)
        )
        await self._send(str(begun["upload_url"]), content)
        ended = await self._api.write(
            "files.completeUploadExternal", files=[{"id": begun["file_id"], "title": called}]
        )
        told = await self._looked_over(ended["files"][0])
        return StoredFile(
            FileId(begun["file_id"]),
            called,
            str(told.get("permalink") or ""),
            about,
            is_image=told.get("mimetype") in _SHOWN,
        )

    async def _send(self, url: str, content: bytes) -> None:
        if not self._is_ours(url):
            raise SlackRefused("foreign_upload_url")
        try:
            async with self._session.post(
                url, data=content, allow_redirects=False, timeout=_TIMEOUT
            ) as response:
                if response.status >= 500 or response.status == 429:
                    raise Ambiguous(f"upload: http_{response.status}")
                if response.status != 200:
                    raise SlackRefused(f"upload_http_{response.status}")
        except (ClientError, TimeoutError, OSError) as error:
            raise Ambiguous(f"upload: {type(error).__name__}") from error

    async def _looked_over(self, told: Json) -> Json:
        """Return what Slack tells of the file once it has looked at it, or as far as it has."""
        polls = Retries(Backoff(tuple(self._looks)))
        while not (told.get("mimetype") and told.get("permalink")) and await polls.wait():
            told = (await self._api.read("files.info", file=told["id"]))["file"]
        return told
