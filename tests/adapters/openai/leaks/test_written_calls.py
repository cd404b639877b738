"""Calls that models write as text, in the ways of their templates."""

import pytest

from bot.adapters.openai.leaks.leaks import without_leaks
from bot.panel.language_model.exchange import ModelSaid, WrittenCalls

_JSON = '{"name": "consult_legal", "arguments": {"brief": "x"}}'
_XML = '<invoke name="consult_legal">\n<parameter name="brief">x</parameter>\n</invoke>'

WRITTEN = [
    _JSON,
    f"I will ask Legal.\n```json\n{_JSON}\n```",
    f"[{_JSON}]",
    '{"name": "consult_legal", "parameters": {"brief": "x"}}',
    '{"function": "consult_legal", "arguments": {"brief": "x"}}',
    '{"function": {"name": "consult_legal", "arguments": "{\\"brief\\": \\"x\\"}"}}',
    '{"tool_calls": [{"function": {"name": "consult_legal", "arguments": {"brief": "x"}}}]}',
    '{"name": "consult_legal", "brief": "x"}',
    '{"consult_legal": {"brief": "x"}}',
    '{"name": "consult_legal", "arguments": {"brief": "x"}',
    "{'name': 'consult_legal', 'arguments': {'brief': 'x'}}",
    f"<tool_call>\n{_JSON}\n</tool_call>",
    f"<tool_call>\n{_JSON}",
    f"<tool_calls>[{_JSON}]</tool_calls>",
    f"<|tool_call|>[{_JSON}]",
    f"[TOOL_CALLS][{_JSON}]",
    '[TOOL_CALLS]consult_legal[ARGS]{"brief": "x"}',
    '<function=consult_legal>{"brief": "x"}</function>',
    "<tool_call><function=consult_legal>\n<parameter=brief>\nx\n</parameter>\n</function></tool_call>",
    f"<|python_tag|>{_JSON}<|eom_id|>",
    '<|python_tag|>consult_legal.call(brief="x")',
    '[consult_legal(brief="x")]',
    'consult_legal({"brief": "x"})',
    '```tool_code\nprint(consult_legal(brief="x"))\n```',
    f"<function_calls>\n{_XML}\n</function_calls>",
    f"<minimax:tool_call>\n{_XML}\n</minimax:tool_call>",
    _XML,
    "<tool_call>consult_legal\n<arg_key>brief</arg_key>\n<arg_value>x</arg_value>\n</tool_call>",
    (
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>consult_legal\n```json\n"
        '{"brief": "x"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
    ),
    (
        "<|tool_calls_section_begin|><|tool_call_begin|>consult_legal:0<|tool_call_argument_begin|>"
        '{"brief": "x"}<|tool_call_end|><|tool_calls_section_end|>'
    ),
    '<|tool_call>call:consult_legal{brief:<|"|>x<|"|>}<tool_call|>',
    '<|channel|>commentary to=functions.consult_legal <|message|>{"brief": "x"}<|call|>',
    'Action: consult_legal\nAction Input: {"brief": "x"}',
    'consult_legal {"brief": "x"}',
    f"<think>Whom to ask?</think>{_JSON}",
]


def written(text: str) -> WrittenCalls | None:
    return without_leaks(ModelSaid(text)).written


@pytest.mark.parametrize("text", WRITTEN)
def test_a_call_is_read_in_every_way_of_writing_it(text: str) -> None:
    found = written(text)
    assert found is not None
    (call,) = found.calls
    assert (call.tool, dict(call.arguments)) == ("consult_legal", {"brief": "x"})
    assert call.written


def test_several_calls_are_read_in_their_order() -> None:
    other = _JSON.replace("legal", "tax")
    for text in (
        f"{_JSON}\n{other}",
        f"{_JSON};{other}",
        f"[{_JSON}, {other}]",
        f"<tool_call>{_JSON}</tool_call>\n<tool_call>{other}</tool_call>",
        '[consult_legal(brief="x"), consult_tax(brief="x")]',
        '[TOOL_CALLS]consult_legal{"brief": "x"}[TOOL_CALLS]consult_tax{"brief": "x"}',
        f"<function_calls>{_XML}{_XML.replace('legal', 'tax')}</function_calls>",
    ):
        found = written(text)
        assert found is not None, text
        assert [call.tool for call in found.calls] == ["consult_legal", "consult_tax"], text


def test_what_is_said_besides_is_kept() -> None:
    found = written(f"I will ask Legal.\n```json\n{_JSON}\n```")
    assert found is not None
    assert (found.beside, found.marked) == ("I will ask Legal.", False)
    said = without_leaks(ModelSaid(f"I will ask Legal.\n<tool_call>{_JSON}</tool_call>"))
    assert said.text == "I will ask Legal.\n"
    assert said.written is not None
    assert said.written.marked


@pytest.mark.parametrize(
    "text",
    [
        "Legal says [so](https://example.com).",
        f"This is how it looks:\n```json\n{_JSON}\n```\nIt has a name.",
        f"One paragraph.\n\nAnother.\n```json\n{_JSON}\n```",
        f"{'Long. ' * 60}{_JSON}",
        "Write `<tool_call>` before it.",
        "```json\n{}\n```",
        "[[[[" * 5_000,
        '{"a":' * 5_000,
    ],
)
def test_a_text_that_says_more_is_a_text(text: str) -> None:
    assert written(text) is None
    assert without_leaks(ModelSaid(text)).text == text


def test_the_same_text_has_the_same_ids() -> None:
    first, again = written(f"[{_JSON}, {_JSON}]"), written(f"[{_JSON}, {_JSON}]")
    assert first == again
    assert first is not None
    assert len({call.call_id for call in first.calls}) == 2
