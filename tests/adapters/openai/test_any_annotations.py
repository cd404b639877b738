"""Whatever a server says that a text cites, the text is shown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.openai.assistants.thread_items import said_by
from bot.adapters.openai.reading.message_parts import model_said
from bot.adapters.openai.reading.sent import Sent
from bot.panel.language_model.exchange import joined
from bot.panel.texts import footnotes

TEXT = "Everybody has [thirty](https://a.example/x) days. Laptops last four years."
ANYTHING = st.sampled_from(
    [None, True, -1, 0, 5, 25, 10**30, 2.5, float("nan"), float("inf"), "", "7", [], {}, [None]]
)
IDS = ANYTHING | st.sampled_from(["file-1", "file-2", "handbook.md", "\ud83d", "x" * 1000])
NOTES = st.fixed_dictionaries(
    {},
    optional={
        "type": ANYTHING
        | st.sampled_from(
            ["file_citation", "url_citation", "container_file_citation", "file_path"]
        ),
        "file_id": IDS,
        "filename": IDS,
        "container_id": IDS,
        "file_citation": st.fixed_dictionaries({"file_id": IDS}) | ANYTHING,
        "url": ANYTHING | st.sampled_from(["https://a.example/x", "https://[", "javascript:x"]),
        "title": IDS,
        "text": ANYTHING | st.sampled_from(["Everybody has", "thirty", TEXT]),
        "index": ANYTHING | st.integers(),
        "start_index": ANYTHING | st.integers(-2, 80),
        "end_index": ANYTHING | st.integers(-2, 80),
    },
)
ANNOTATIONS = st.lists(NOTES | ANYTHING, max_size=5) | ANYTHING


def of_responses(annotations: Any) -> Any:
    part = {"type": "output_text", "text": TEXT, "annotations": annotations}
    return model_said(Sent({"type": "message", "content": [part]}, "item"))


def of_assistants(annotations: Any) -> Any:
    part = {"type": "text", "text": {"value": TEXT, "annotations": annotations}}
    return said_by(Sent({"role": "assistant", "content": [part]}, "message"))


@pytest.mark.parametrize("read", [of_responses, of_assistants])
@given(annotations=ANNOTATIONS)
def test_whatever_a_text_cites_it_is_all_there(read: Any, annotations: Any):
    said = read(annotations)
    assert said.text == TEXT
    reply = footnotes.under(joined([said]).text, said.citations, "Sources")
    without_marks = "".join(char for char in reply if char not in "⁰¹²³⁴⁵⁶⁷⁸⁹\u202f")
    first, _, last = TEXT.partition(" [thirty](https://a.example/x)")
    assert without_marks.startswith((TEXT, first + last))
