import json
import tracemalloc
from base64 import b64encode

import pytest

from bot.adapters.openai.file_bodies import FileUrl, body_with_files
from bot.adapters.openai.items import to_api
from bot.panel.language_model.exchange import Attachment, UserSaid


async def sent(document: object) -> bytes:
    body = body_with_files(document)
    assert body is not None
    content = b"".join([piece async for piece in body])
    assert len(body) == len(content)
    return content


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 196_607, 196_608, 196_609, 500_000])
async def test_files_arrive_in_base64(size: int):
    first, second = bytes(range(256)) * 2000, b"b" * size
    document = {"a": "é", "input": [{"file": FileUrl.of("x/y", first[:size])}], "b": (1, None)}
    document["c"] = FileUrl.of("image/png", second)

    assert json.loads(await sent(document)) == {
        "a": "é",
        "input": [{"file": "data:x/y;base64," + b64encode(first[:size]).decode()}],
        "b": [1, None],
        "c": "data:image/png;base64," + b64encode(second).decode(),
    }


async def test_a_request_can_be_sent_again():
    body = body_with_files([FileUrl.of("x/y", b"file")])
    assert body is not None
    assert [piece async for piece in body] == [piece async for piece in body]


def test_without_files_there_is_no_such_body():
    assert body_with_files({"input": "data:x/y;base64,"}) is None


async def test_experts_share_the_bytes_of_a_file():
    content = b"x" * 10_000_000
    tracemalloc.start()
    for _ in range(4):
        said = to_api(UserSaid("Look", (Attachment("a.pdf", "application/pdf", content),)))
        body = body_with_files({"input": [said]})
        assert body is not None
        async for _ in body:
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
