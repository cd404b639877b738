"""What is said in recordings: Slack writes it down some seconds after they are posted."""

import asyncio
from collections.abc import Mapping, Sequence

from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.content import file_text
from bot.adapters.slack.content.json_access import child, string
from bot.panel.errors import MessengerRefused
from bot.panel.model import FileId, SharedFile

DELAYS = (1.0, 2.0, 4.0)  # seconds between looks at a transcript that is being written
_RECORDINGS = ("audio/", "video/")


class Recordings:
    """Reads the transcripts of recordings with ``files.info``."""

    def __init__(self, api: SlackApi, delays: Sequence[float] = DELAYS) -> None:
        self._api = api
        self._delays = delays

    async def transcripts(self, files: Sequence[SharedFile]) -> Mapping[FileId, str]:
        """Return the transcripts of those *files* that have one, as a message's content has it."""
        recordings = [file.id for file in files if file.media_type.startswith(_RECORDINGS)]
        transcripts = await asyncio.gather(*map(self._transcript, recordings))
        by_id = zip(recordings, transcripts, strict=True)
        return {file: transcript for file, transcript in by_id if transcript}

    async def _transcript(self, file: FileId) -> str:
        for delay in (*self._delays, None):
            try:
                info = (await self._api.read("files.info", file=file))["file"]
            except MessengerRefused:  # gone, or files cannot be read
                return ""
            transcript = file_text.markdown(info)
            is_expected = string(child(info, "transcription"), "status") == "processing"
            if transcript or not is_expected or delay is None:
                return transcript
            await asyncio.sleep(delay)
        return ""
