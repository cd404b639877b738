import base64
import json
import time

import pytest

from bot.adapters.openai.refusals.complaints import of_body
from bot.adapters.openai.refusals.first_words import LONGEST, first_words

QUESTION = (
    "Our secret plan: buy Zebra Corp for 4711 dollars, don't tell the boys' club. Kündigung für "
    "Müller. 秘密の計画です。"
)
REQUEST = json.dumps(
    {
        "model": "gpt-6-luna",
        "instructions": "You are Legal at Umbrella.",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": QUESTION}]}],
        "context_management": [{"type": "compaction"}],
    }
).encode()
SECRETS = ("secret", "zebra", "4711", "boys", "kündigung", "müller", "秘密", "umbrella", "sk-")

ECHOES = [
    f"Invalid value: '{QUESTION}'",
    f"Invalid 'input[0].content': {QUESTION}",
    f"Prompt contains {QUESTION}",
    f"I cannot talk about {QUESTION}",
    f"string too long. Got: {QUESTION[:20]}… instead",
    "The text “Our secret plan” was flagged",
    "We cannot sell you Zeb or buy ZEBRA",
    "nor K\\u00fcndigung f\\u00fcr M\\u00fcller",
    "nor K&uuml;ndigung",
    "We saw 秘密の計画",
    f"1 validation error for Request\ninput.0\n Not valid [type=x, input_value='{QUESTION}']",
    f"[{{'loc': ('body', 'input'), 'msg': 'no', 'input': \"{QUESTION}\"}}]",
    json.dumps({"error": {"message": json.dumps({"input": QUESTION})}}),
    "Incorrect API key provided: sk-proj-abc***xyz.",
    "We cannot sell \\\\u005aebra",
    "We cannot sell &amp;#90;ebra",
    "We cannot sell %5aebra",
    "We cannot sell Z\u200be\u200bbra",
    "We cannot sell \uff3a\uff45\uff42\uff52\uff41",
    "We cannot sell theumbrella",
    "We cannot sell z e b r a",
    f"We cannot sell {base64.b64encode(b'zebra plan').decode()}",
    "key=sk-1234 Received=sk-1...9876",
]


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("shape", ["message", "detail", "text"])
def test_nothing_that_people_wrote_is_left(echo: str, shape: str) -> None:
    body = {"message": {"error": {"message": echo}}, "detail": {"detail": echo}, "text": echo}[
        shape
    ]
    shown = first_words(of_body(body).message, REQUEST)
    assert not [secret for secret in SECRETS if secret in shown.casefold()], shown


def test_the_input_that_fastapi_repeats_is_not_read() -> None:
    item = {"type": "string_type", "loc": ["body", "input", 0], "msg": "Input should be a string"}
    body = {"detail": [{**item, "input": {"message": QUESTION}, "ctx": {"error": QUESTION}}]}
    assert of_body(body).message == "Input should be a string (body.input.0)"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "Unsupported parameter: 'context_management' is not supported with 'gpt-6-luna'.",
            "Unsupported parameter: 'context_management' is not supported with 'gpt-6-luna'.",
        ),
        ("Invalid value: 'something'. Supported values are: 'low', 'high'.", None),
        ("The frobnicator is not calibrated", "The frobnicator is not calibrated"),
        ("Invalid value: anything", "Invalid value: …"),
        ("Team=99c74652-6e33-4dbd-93f3-5b545da15ade", "Team=…"),
        ("See https://example.com/a?b=c for more", "See … for more"),
        ("call +49 170 1234567 now", "call +49 170 … now"),
        ("token abcdefghij0123456789abcdefghij is bad", "token … is bad"),
    ],
)
def test_what_a_server_says_itself_stays(said: str, shown: str | None) -> None:
    assert first_words(said, REQUEST) == (shown or said)


def test_they_are_few() -> None:
    assert len(first_words("model " * 1000, b"")) <= LONGEST + 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "No"}}, "No"),
        ({"error": "No"}, "No"),
        ({"detail": "No"}, "No"),
        ({"detail": [{"loc": ["body", "tools"], "msg": "No"}]}, "No (body.tools)"),
        ({"error": {"detail": {"errors": [{"loc": ["body"], "msg": "No"}]}}}, "No (body)"),
        ({"object": "error", "message": "No", "code": 400}, "No"),
        ({"success": False, "errors": [{"code": 7, "message": "No"}]}, "No"),
        (
            {"error": {"message": "Provider", "metadata": {"raw": '{"error": "No"}'}}},
            "Provider | No",
        ),
        ('{"error": {"message": "No"}}', "No"),
        ("<html><head><title>502 Bad\n Gateway</title></head><body>x</body>", "502 Bad Gateway"),
        ("<h1>No</h1>", "No"),
        ("<p>No</p>", "No"),
        ("No", "No"),
        (None, ""),
        ([], ""),
        (7, ""),
        ({"error": None, "detail": {"message": None}}, ""),
        ("{" * 50_000, "{" * 4000),
    ],
)
def test_every_shape_is_read(body: object, message: str) -> None:
    assert of_body(body).message == message


def test_a_long_or_deep_body_is_no_harm() -> None:
    deep: object = "No"
    for _ in range(5000):
        deep = {"error": deep}
    assert of_body(deep).message == ""
    assert first_words("'" * 100_000, b"") is not None
    assert first_words("value: " * 100_000, b"") is not None
    assert of_body("[" * 100_000).message


def test_without_the_request_only_words_of_servers_are_left() -> None:
    said = "The model gpt-9 does not know Zebra Corp: 500"
    assert first_words(said, None) == "The model gpt-9 does not … 500"
    assert "zebra" not in first_words(said, None).casefold()


def test_of_what_a_server_remembers_only_its_own_words_are_left() -> None:
    request = json.dumps({"model": "gpt-9", "conversation": "conv_1", "input": "Now?"}).encode()
    said = "The model gpt-9 refuses to speak of Zebra Corp"
    assert "zebra" not in first_words(said, request).casefold()
    assert "speak" not in first_words(said, request)


@pytest.mark.parametrize("piece", ["model ", "conversation ", "'", "{", "<h1>", "[{(", "prompt: "])
def test_a_long_message_is_read_quickly(piece: str) -> None:
    said = piece * 50_000
    begun = time.process_time()
    first_words(of_body({"error": {"message": said}}).message, said.encode())
    assert time.process_time() - begun < 1
