"""``files.*``: information, uploads and sharing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from mimetypes import guess_type
from typing import Any
from urllib.parse import quote

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Channel

_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})  # in image blocks


def info(state: ServerState, args: Json) -> Json:
    """Return a file's metadata."""
    file = state.workspace.files.get(args["file"])
    if file is None:
        raise ApiError("file_not_found")
    payload = _payload(state, file)
    if state.processing.get(file["id"], 0):
        state.processing[file["id"]] -= 1
    return {"file": payload, "comments": []}


def check_shown(state: ServerState, blocks: Sequence[Json]) -> None:
    """Raise ApiError if *blocks* show a file that cannot be shown (yet)."""
    for number, block in enumerate(blocks):
        for path, image in _images(block):
            file = state.workspace.files.get(image.get("id", ""))
            if file is None or _payload(state, file)["mimetype"] not in _IMAGES:
                pointer = f"json-pointer:/blocks/{number}{path}/slack_file"
                raise ApiError("invalid_blocks", f"[ERROR] invalid slack file [{pointer}]")


def share_shown(state: ServerState, message: Message) -> None:
    """Share the files that *message* shows or links to with its channel."""
    content = json.dumps([message.text, message.blocks])
    for file in state.workspace.files.values():
        shows = f'"{file["id"]}"' in content or file["permalink"] in content
        if shows and message.channel not in file["channels"]:
            file["channels"].append(message.channel)


def _images(block: Json) -> Iterator[tuple[str, Json]]:
    """Yield the files that *block* shows as images, and their path in it."""
    candidates = {"": block, "/accessory": block.get("accessory")}
    for path, image in candidates.items():
        if isinstance(image, dict) and image.get("type") == "image" and image.get("slack_file"):
            yield path, image["slack_file"]


def _payload(state: ServerState, file: Json) -> Json:
    """Return *file*; while Slack processes it, without its type."""
    if not state.processing.get(file["id"], 0):
        return dict(file)
    return file | {"mimetype": "", "filetype": ""}


def get_upload_url(state: ServerState, args: Json) -> Json:
    """Return the URL to upload a file to."""
    file_id = state.workspace.new_id("F")
    state.uploads[file_id] = {"name": args["filename"], "length": args["length"]}
    return {"upload_url": f"{state.url}/upload/{file_id}", "file_id": file_id}


def complete_upload(state: ServerState, args: Json) -> Json:
    """Finish uploads, and share them if a channel is given."""
    channel = state.channel(args["channel_id"], posting=True) if args.get("channel_id") else None
    if channel:
        thread_ts = state.thread_to_post_in(channel.id, args.get("thread_ts"))
        args = args | {"thread_ts": thread_ts}
    for upload in args["files"]:
        _check_uploaded(state, upload)
    files = [_finish(state, upload) for upload in args["files"]]
    if channel:
        _share(state, channel, files, args)
    return {"files": [_payload(state, file) for file in files]}


def _share(state: ServerState, channel: Channel, files: list[Json], args: Json) -> None:
    for file in files:
        file["channels"].append(channel.id)
    state.workspace.post(
        Message(
            ts=state.workspace.new_ts(),
            channel=channel.id,
            text=args.get("initial_comment", ""),
            user=state.workspace.bot_user,
            bot_id=state.workspace.bot_id,
            thread_ts=args.get("thread_ts"),
            subtype="file_share",
            files=files,
        )
    )


def new_file(state: ServerState, name: str, content: bytes, owner: str) -> Json:
    """Store a file and return its metadata."""
    file_id = state.workspace.new_id("F")
    state.contents[file_id] = content
    return _store(state, file_id, name, owner)


def _check_uploaded(state: ServerState, upload: Any) -> None:
    file_id = upload.get("id", "") if isinstance(upload, dict) else ""
    is_known = file_id in state.uploads or file_id in state.workspace.files
    if not is_known or file_id not in state.contents:
        raise ApiError("file_not_found")


def _finish(state: ServerState, upload: Json) -> Json:
    """Make the upload a file; one that was completed before is that file again."""
    file_id = upload["id"]
    if file_id in state.workspace.files:
        return state.workspace.files[file_id]
    name = state.uploads.pop(file_id)["name"]
    state.processing[file_id] = state.processing_calls
    return _store(state, file_id, upload.get("title") or name, state.workspace.bot_user)


def _store(state: ServerState, file_id: str, name: str, owner: str) -> Json:
    media_type = guess_type(name)[0] or "application/octet-stream"
    url = f"{state.url}/files/{file_id}/{quote(name, safe='')}"
    state.workspace.files[file_id] = {
        "id": file_id,
        "name": name,
        "title": name,
        "mimetype": media_type,
        "filetype": name.rpartition(".")[2].lower(),
        "size": len(state.contents[file_id]),
        "user": owner,
        "mode": "hosted",
        "is_external": False,
        "url_private": url,
        "url_private_download": url,
        "permalink": f"{state.url}/files/{owner}/{file_id}/{quote(name, safe='')}",
        "channels": [],
    }
    return state.workspace.files[file_id]


METHODS: Mapping[str, Method] = {
    "files.completeUploadExternal": complete_upload,
    "files.getUploadURLExternal": get_upload_url,
    "files.info": info,
}
