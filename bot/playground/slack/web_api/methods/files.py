"""Files: told of, uploaded and shared."""

import json
from collections.abc import Iterator, Mapping, Sequence
from mimetypes import guess_type
from typing import Any
from urllib.parse import quote

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.company import BOT_ID, BOT_USER
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Channel

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif"})  # in image blocks


def info(state: ServerState, args: Json) -> Json:
    """Return what is known of a file."""
    found = state.workspace.files.get(args["file"])
    if found is None:
        raise ApiError("file_not_found")
    told = _told(state, found)
    if state.looking_over.get(found["id"], 0):
        state.looking_over[found["id"]] -= 1
    return {"file": told, "comments": []}


def check_shown(state: ServerState, blocks: Sequence[Json]) -> None:
    """Raise ApiError if *blocks* show a file that cannot be shown (yet)."""
    for number, block in enumerate(blocks):
        for where, image in _images(block):
            found = state.workspace.files.get(image.get("id", ""))
            if found is None or _told(state, found)["mimetype"] not in _SHOWN:
                place = f"json-pointer:/blocks/{number}{where}/slack_file"
                raise ApiError("invalid_blocks", f"[ERROR] invalid slack file [{place}]")


def share_shown(state: ServerState, message: Message) -> None:
    """Let everybody who reads *message* see the files that it shows or leads to."""
    said = json.dumps([message.text, message.blocks])
    for file in state.workspace.files.values():
        shows = f'"{file["id"]}"' in said or file["permalink"] in said
        if shows and message.channel not in file["channels"]:
            file["channels"].append(message.channel)


def _images(block: Json) -> Iterator[tuple[str, Json]]:
    """Yield the files that *block* shows as images, and where in it."""
    held = {"": block, "/accessory": block.get("accessory")}
    for where, one in held.items():
        if isinstance(one, dict) and one.get("type") == "image" and one.get("slack_file"):
            yield where, one["slack_file"]


def _told(state: ServerState, file: Json) -> Json:
    """Return *file*, without what Slack does not know of it yet."""
    if not state.looking_over.get(file["id"], 0):
        return dict(file)
    return file | {"mimetype": "", "filetype": ""}


def get_upload_url(state: ServerState, args: Json) -> Json:
    """Return where a file's bytes are to be sent."""
    file_id = state.workspace.new_id("F")
    state.uploads[file_id] = {"name": args["filename"], "length": args["length"]}
    return {"upload_url": f"{state.url}/upload/{file_id}", "file_id": file_id}


def complete_upload(state: ServerState, args: Json) -> Json:
    """Finish uploads, and share them where a channel is named."""
    channel = state.channel(args["channel_id"], posting=True) if args.get("channel_id") else None
    if channel:
        state.check_thread(channel.id, args.get("thread_ts"))
    for wanted in args["files"]:
        _check_uploaded(state, wanted)
    files = [_finished(state, wanted) for wanted in args["files"]]
    if channel:
        _share(state, channel, files, args)
    return {"files": [_told(state, file) for file in files]}


def _share(state: ServerState, channel: Channel, files: list[Json], args: Json) -> None:
    for file in files:
        file["channels"].append(channel.id)
    state.workspace.post(
        Message(
            ts=state.workspace.new_ts(),
            channel=channel.id,
            text=args.get("initial_comment", ""),
            user=BOT_USER,
            bot_id=BOT_ID,
            thread_ts=args.get("thread_ts"),
            subtype="file_share",
            files=files,
        )
    )


def new_file(state: ServerState, name: str, content: bytes, owner: str) -> Json:
    """Store a file and return what is known of it."""
    file_id = state.workspace.new_id("F")
    state.contents[file_id] = content
    return _store(state, file_id, name, owner)


def _check_uploaded(state: ServerState, wanted: Any) -> None:
    file_id = wanted.get("id", "") if isinstance(wanted, dict) else ""
    if file_id not in state.uploads or file_id not in state.contents:
        raise ApiError("file_not_found")


def _finished(state: ServerState, wanted: Json) -> Json:
    file_id = wanted["id"]
    name = state.uploads.pop(file_id)["name"]
    state.looking_over[file_id] = state.looks
    return _store(state, file_id, wanted.get("title") or name, BOT_USER)


def _store(state: ServerState, file_id: str, name: str, owner: str) -> Json:
    kind = guess_type(name)[0] or "application/octet-stream"
    address = f"{state.url}/files/{file_id}/{quote(name, safe='')}"
    state.workspace.files[file_id] = {
        "id": file_id,
        "name": name,
        "title": name,
        "mimetype": kind,
        "filetype": name.rpartition(".")[2].lower(),
        "size": len(state.contents[file_id]),
        "user": owner,
        "mode": "hosted",
        "is_external": False,
        "url_private": address,
        "url_private_download": address,
        "permalink": f"{state.url}/files/{owner}/{file_id}/{quote(name, safe='')}",
        "channels": [],
    }
    return state.workspace.files[file_id]


METHODS: Mapping[str, Method] = {
    "files.completeUploadExternal": complete_upload,
    "files.getUploadURLExternal": get_upload_url,
    "files.info": info,
}
