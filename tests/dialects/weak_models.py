"""Think blocks, harmony channels, and calls written as text."""

from collections.abc import Sequence

from bot.panel.language_model.exchange import ModelEvent, Responded, TextWritten
from tests.dialects.rows import Outcome, Row, ThreadRow, call, calls, says
from tests.dialects.server import LLAMA_CPP, LM_STUDIO, OGX, OLLAMA, SGLANG, VLLM, Dialect, Sse

_LEGAL = call("consult_legal", '{"reason": "law", "brief": "May we?"}')
_JSON = '{"name": "consult_legal", "arguments": {"reason": "law", "brief": "May we?"}}'
_FINAL = "<|start|>assistant<|channel|>final<|message|>"


def _shows_no_thought(events: Sequence[ModelEvent]) -> None:
    shown = "".join(event.delta for event in events if isinstance(event, TextWritten))
    assert "Hm." not in shown
    assert isinstance(events[-1], Responded)
    assert shown == events[-1].text


def _thinks(id_: str, dialect: Dialect, text: str, source: str, said: str = "Yes.") -> Row:
    does = "leaves in the text what is not for people"
    outcome = Outcome(text=said, calls=[], check=_shows_no_thought)
    return Row(id_, dialect, does, source, [Sse(says(text))], [outcome])


def _calls(id_: str, dialect: Dialect, text: str, source: str, backend: str) -> ThreadRow:
    return ThreadRow(
        id_,
        dialect,
        "leaves the router's call in the text",
        source,
        {"router": [Sse(says(text)), Sse(says("—"))], "legal": [Sse(says("You may."))]},
        said=[("Legal Counsel", "You may.")],
        absent=("consult_legal", "Hm."),
        backend=backend,
    )


ROWS: list[Row] = [
    _thinks("a think block", OLLAMA, "<think>\nHm.\n</think>\n\nYes.", "DeepSeek-R1, Qwen3"),
    _thinks("a think block closed only", VLLM, "Hm.\n</think>\n\nYes.", "DeepSeek-R1's template"),
    _thinks("nothing but a thought", OLLAMA, "<think>Hm.", "cut by max_tokens", said=""),
    _thinks("brackets", VLLM, "[THINK]Hm.[/THINK]Yes.", "Magistral"),
    _thinks("diamonds", SGLANG, "◁think▷Hm.◁/think▷Yes.", "Kimi-VL"),
    _thinks(
        "harmony",
        LM_STUDIO,
        f"<|channel|>analysis<|message|>Hm.<|end|>{_FINAL}Yes.<|return|>",
        "gpt-oss without its parser",
    ),
    _thinks("harmony without its tokens", OLLAMA, "analysisHm.assistantfinalYes.", "gpt-oss"),
    _thinks("Gemma's channel", LLAMA_CPP, "<|channel>thought\nHm.<channel|>Yes.<turn|>", "Gemma 4"),
    _thinks("an end token", LLAMA_CPP, "Yes.<|im_end|>", "a template without stop words"),
    _thinks(
        "marks in code", OLLAMA, "`<think>` begins one.", "people ask", "`<think>` begins one."
    ),
]

THREADS: list[ThreadRow] = [
    _calls("bare JSON", LLAMA_CPP, _JSON, "Llama 3 without --jinja", "stateless"),
    _calls("bare JSON in a conversation", OGX, _JSON, "Llama 3", "conversations"),
    _calls("JSON in a fence", OLLAMA, f"I ask Legal.\n```json\n{_JSON}\n```", "Qwen", "stateless"),
    _calls(
        "a Hermes call after a thought",
        VLLM,
        f"<think>Hm.</think>\n<tool_call>\n{_JSON}\n</tool_call>",
        "Qwen3 without --tool-call-parser",
        "stateless",
    ),
    _calls(
        "a Hermes call in a conversation",
        OGX,
        f"<tool_call>{_JSON}</tool_call>",
        "Qwen3",
        "conversations",
    ),
    _calls("Mistral's token", VLLM, f"[TOOL_CALLS][{_JSON}]", "Mistral", "stateless"),
    _calls(
        "Python", VLLM, '[consult_legal(reason="law", brief="May we?")]', "Llama 4", "stateless"
    ),
    _calls(
        "a call on harmony's channel",
        LM_STUDIO,
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary"
        ' to=functions.consult_legal <|constrain|>json<|message|>{"brief": "May we?"}<|call|>',
        "gpt-oss",
        "stateless",
    ),
    ThreadRow(
        "another name",
        LM_STUDIO,
        "lets the name of a function come with its channel and namespace",
        "gpt-oss",
        {
            "router": [
                Sse(calls(_LEGAL | {"name": "functions.consult_Legal<|channel|>commentary"}))
            ],
            "legal": [Sse(says("You may."))],
        },
        said=[("Legal Counsel", "You may.")],
    ),
    ThreadRow(
        "nobody there is",
        OLLAMA,
        "calls a function that was not offered, and the right one when it is told",
        "small models",
        {
            "router": [Sse(calls(_LEGAL | {"name": "consult_tax"})), Sse(calls(_LEGAL))],
            "legal": [Sse(says("You may."))],
        },
        said=[("Legal Counsel", "You may.")],
    ),
    ThreadRow(
        "nobody there is, in a conversation",
        OGX,
        "the same where the server keeps the conversation",
        "small models",
        {
            "router": [
                Sse(calls(_LEGAL | {"name": "consult_tax"})),
                Sse(calls(_LEGAL | {"call_id": "call_2"})),
            ],
            "legal": [Sse(says("You may."))],
        },
        said=[("Legal Counsel", "You may.")],
        backend="conversations",
    ),
    ThreadRow(
        "one expert three times",
        OLLAMA,
        "calls one expert with two questions, one of them twice",
        "small models",
        {
            "router": [
                Sse(
                    calls(
                        _LEGAL,
                        _LEGAL | {"id": "fc_2", "call_id": "call_2"},
                        call("consult_legal", '{"brief": "Since when?"}', "call_3", id="fc_3"),
                    )
                )
            ],
            "legal": [Sse(says("You may.")), Sse(says("Again."))],
        },
        said=[("Legal Counsel", "You may.")],
    ),
    ThreadRow(
        "experts who think aloud",
        OLLAMA,
        "closes a thought that it has not opened",
        "DeepSeek-R1's template",
        {
            "router": [
                Sse(calls(_LEGAL, call("consult_finance", "{}", "call_2", id="fc_2"))),
                Sse(says("Hm.\n</think>\nThey agree.")),
            ],
            "legal": [Sse(says("Hm.\n</think>\nYou may."))],
            "finance": [Sse(says("<think>Hm.</think>It costs."))],
        },
        said=[
            ("Legal Counsel", "You may."),
            ("Finance Partner", "It costs."),
            ("Panelbot", "They agree."),
        ],
        absent=("Hm.", "think"),
    ),
    ThreadRow(
        "an expert who quotes a call",
        OLLAMA,
        "an expert's answer is a call, as an example",
        "people ask",
        {"router": [Sse(calls(_LEGAL))], "legal": [Sse(says(f"```json\n{_JSON}\n```"))]},
        said=[("Legal Counsel", f"```json\n{_JSON}\n```")],
    ),
]
