"""Files that are stored first and shown in a message later."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.slack.workspace.company import GENERAL

PNG = b"\x89PNG\r\n\x1a\n"


async def stored(client, name="duck.png", content=PNG):
    """A file that is stored and shared with nobody; returns what Slack tells of it."""
    begun = await client.files_getUploadURLExternal(filename=name, length=len(content))
    async with client.session.post(begun["upload_url"], data=content) as sent:
        assert sent.ok
    done = await client.files_completeUploadExternal(files=[{"id": begun["file_id"]}])
    return done["files"][0]


async def looked_over(client, file):
    for _ in range(2):
        info = (await client.files_info(file=file["id"]))["file"]
    return info


def image(file):
    return {"type": "image", "alt_text": "A duck", "slack_file": {"id": file["id"]}}


async def test_a_new_image_can_be_shown_once_slack_has_looked_at_it(slack, client):
    file = await stored(client)
    message = {"channel": GENERAL, "text": "A duck", "blocks": [image(file)]}
    with pytest.raises(SlackApiError, match="invalid slack file"):
        await client.chat_postMessage(**message)
    info = await looked_over(client, file)
    assert (info["mimetype"], info["channels"]) == ("image/png", [])
    await client.chat_postMessage(**message)
    assert slack.workspace.files[file["id"]]["channels"] == [GENERAL]


async def test_only_images_are_shown_as_such(client):
    file = await looked_over(client, await stored(client, "a.csv", b"n"))
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
    for accessory in (image(file), image({"id": "F0NONE"})):
        blocks = [{"type": "divider"}, section | {"accessory": accessory}]
        with pytest.raises(SlackApiError, match="json-pointer:/blocks/1/accessory/slack_file"):
            await client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks)


async def test_a_link_to_a_file_lets_those_see_it_who_read_the_message(slack, client):
    file = await stored(client, "a.csv", b"n")
    link = {"type": "mrkdwn", "text": f"<{file['permalink']}|a.csv>"}
    blocks = [{"type": "section", "text": link}]
    await client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks)
    assert slack.workspace.files[file["id"]]["channels"] == [GENERAL]
