"""Ids, indices and fields that are doubled, missing, null or of another type."""

from collections.abc import Sequence
from typing import Any

from bot.panel.language_model.exchange import ModelEvent, Responded, TextWritten, ToolsRunning
from bot.panel.texts import footnotes
from bot.panel.usage import Usage
from tests.dialects.rows import (
    Outcome,
    Row,
    ThreadRow,
    added,
    arguments_done,
    calls,
    created,
    delta,
    done,
    ended,
    message,
    says,
)
from tests.dialects.rows import call as called
from tests.dialects.server import AZURE, LITELLM, LLAMA_CPP, LOCALAI, OGX, OLLAMA, VLLM, Json, Sse

LEGAL = {"reason": "law", "brief": "May we?"}
FINANCE = {"reason": "money", "brief": "How much?"}
BOTH = [("consult_legal", LEGAL), ("consult_finance", FINANCE)]
_ARGUMENTS = '{"reason": "law", "brief": "May we?"}'
_FINANCE_ARGUMENTS = '{"reason": "money", "brief": "How much?"}'
_LEGAL = called("consult_legal", _ARGUMENTS)


def _two(**more: Any) -> list[Json]:
    """Return calls of both experts; *more* are fields of theirs, one value for each."""
    each = [{key: values[n] for key, values in more.items()} for n in range(2)]
    return [
        called("consult_legal", _ARGUMENTS, id="fc_1") | each[0],
        called("consult_finance", _FINANCE_ARGUMENTS, "call_2", id="fc_2") | each[1],
    ]


def _without(item: Json, *names: str) -> Json:
    return {name: value for name, value in item.items() if name not in names}


def _mixed(*items: Json) -> list[Json]:
    """Return the events of calls that are written by turns, all as number 0."""
    events = [created(), *(added(item) for item in items)]
    events += [arguments_done(item) for item in reversed(items)]
    return [*events, *(done(item) for item in items), ended(*items)]


def _used(usage: Usage) -> Any:
    def check(events: Sequence[ModelEvent]) -> None:
        last = events[-1]
        assert isinstance(last, Responded)
        assert last.usage == usage

    return check


def _shows(text: str) -> Any:
    """Return the check that people see *text* grow, and nothing else."""

    def check(events: Sequence[ModelEvent]) -> None:
        assert "".join(e.delta for e in events if isinstance(e, TextWritten)) == text

    return check


def _goes_without(*tools: str) -> Any:
    def check(events: Sequence[ModelEvent]) -> None:
        last = events[-1]
        assert isinstance(last, Responded)
        assert last.failed_tools == tools

    return check


def _waits_for(*tools: tuple[str, ...]) -> Any:
    """Return the check that these tools run, one state after the other."""

    def check(events: Sequence[ModelEvent]) -> None:
        assert [e.tools for e in events if isinstance(e, ToolsRunning)] == [*tools]

    return check


_CITING = "Everybody has thirty days of holiday."


def _note(id_: str | None = "file-1", name: str | None = "handbook.md", **more: Any) -> Json:
    return {"type": "file_citation", "file_id": id_, "filename": name} | more


def _citing(*notes: Json) -> Json:
    return message("", content=[{"type": "output_text", "text": _CITING, "annotations": [*notes]}])


def _cites(*names: str) -> Any:
    """Return the check that all of the text is shown, with a footnote for each of *names*."""

    def check(events: Sequence[ModelEvent]) -> None:
        last = events[-1]
        assert isinstance(last, Responded)
        reply, _, notes = footnotes.under(last.text, last.citations, "Sources").partition("\n\n")
        assert reply.replace("¹", "") == _CITING
        assert [note.split("`")[1] for note in notes.splitlines()[2:]] == [*names]

    return check


def _calls(id_: str, does: str, *items: Json, events: list[Json] | None = None) -> Row:
    sent = [Sse(events or calls(*items))]
    outcomes = [Outcome(calls=BOTH)]
    return Row(id_, OGX, does, "[ran] OGX, several local servers", sent, outcomes)


def _one(id_: str, does: str, call: Json, arguments: dict[str, str]) -> Row:
    outcome = Outcome(calls=[("consult_legal", arguments)])
    return Row(id_, LITELLM, does, "seen with gateways", [Sse(calls(call))], [outcome])


def _says(id_: str, does: str, *events: Json | bytes, text: str = "Yes.", **more: Any) -> Row:
    outcome = Outcome(text=text, **more)
    return Row(id_, LOCALAI, does, "seen with several servers", [Sse([*events])], [outcome])


ROWS: list[Row] = [
    Row(
        "sends only the terminal event",
        OLLAMA,
        "a short answer comes with none of the events in between",
        "seen with several gateways",
        [Sse([created(), ended(_LEGAL)], done=False)],
        [Outcome(text="", calls=[("consult_legal", LEGAL)])],
    ),
    Row(
        "index 0 for every call",
        OGX,
        "parallel calls are told apart by the ids of their items only",
        "[ran] ogx 1.0.2",
        [Sse(_mixed(*_two()))],
        [Outcome(calls=[*reversed(BOTH)])],
    ),
    _calls("index 0, one call after the other", "numbers no call", *_two()),
    _calls("one id for both calls", "the template writes call_0 each time",
           *_two(call_id=["call_0", "call_0"])),
    _calls("one id for both calls and items", "counts each from 0",
           *_two(call_id=["call_0", "call_0"], id=["fc_0", "fc_0"])),
    _calls("the function's name as id", "has no ids of its own",
           *_two(call_id=["consult_legal", "consult_finance"])),
    _calls("null ids", "leaves the id to the client", *_two(call_id=[None, None])),
    _calls("null ids of calls and items", "leaves all ids to the client",
           *_two(call_id=[None, None], id=[None, None])),
    _calls("no ids", "has none", *[_without(item, "id", "call_id") for item in _two()]),
    _calls("empty ids", "has empty ones", *_two(call_id=["", ""], id=["", ""])),
    _calls("numbers as ids", "counts", *_two(call_id=[0, 1])),
    _calls("other ids in the end", "gives new ids with each event", *_two(),
           events=[*calls(*_two())[:-1],
                   ended(*_two(id=["fc_8", "fc_9"], call_id=["call_8", "call_9"]))]),
    _calls("no output in the end", "says it only once", *_two(),
           events=[*calls(*_two())[:-1], ended() | {"response": {"status": "completed",
                                                                "output": None}}]),
    _calls("no item events", "has the arguments' events only", *_two(),
           events=[event for event in calls(*_two())[:-1]
                   if event["type"] != "response.output_item.done"] + [ended()]),
    _calls("items without a type", "its type is in the event's name", *_two(),
           events=[created(), ended(*[_without(item, "type") for item in _two()])]),
    _one("arguments that are an object", "does not write JSON into JSON",
         called("consult_legal", LEGAL), LEGAL),
    _one("arguments written twice", "writes JSON into JSON into JSON",
         called("consult_legal", '"{\\"reason\\": \\"law\\", \\"brief\\": \\"May we?\\"}"'), LEGAL),
    _one("null arguments", "has none", called("consult_legal", None), {}),
    _one("malformed arguments", "a weak model", called("consult_legal", '{"brief": '), {}),
    _one("arguments of other types", "a weak model",
         called("consult_legal", '{"reason": null, "brief": ["May", "we?"]}'),
         {"brief": '["May", "we?"]'}),
    Row("a null name", LLAMA_CPP, "a call of nothing", "seen once",
        [Sse(calls(called(None, "{}")))], [Outcome(calls=[("", {})])]),
    _says("null content", "an empty message", delta("Yes."), ended(message("", content=None))),
    _says("content that is a text", "as chat completions", ended(message("", content="Yes."))),
    _says("content without types", "leaves types out",
          ended(message("", content=[{"text": "Yes."}]))),
    _says("null texts beside a text", "parts are null",
          ended(message("", content=[None, {"text": None}, {"text": "Yes."}]))),
    _says("an item without a type", "leaves types out", ended(_without(message("Yes."), "type"))),
    _says("null annotations", "null for an empty list",
          ended(message("", content=[{"text": "Yes.", "annotations": None}]))),
    _says("annotations without fields", "names the kind only",
          ended(message("", content=[{"type": "output_text", "text": "Yes.", "annotations": [
              None, {}, {"type": "url_citation"}, {"type": "file_citation", "index": None},
              {"type": "container_file_citation"}]}]))),
    *[
        _says(f"citations: {name}", does, ended(_citing(*notes)), text=_CITING,
              check=_cites(*names))
        for name, does, notes, names in [
            ("places outside the text", "counts from the whole response",
             [_note(index=9_999), _note(index=-1)], ["handbook.md"]),
            ("places that are no numbers", "texts and fractions",
             [_note(index="12"), _note(index=25.5)], ["handbook.md"]),
            ("ends before they begin", "counts bytes",
             [{"type": "url_citation", "url": "https://a.example", "title": "A",
               "start_index": 40, "end_index": 3}], ["A"]),
            ("one document under two ids", "indexed it twice",
             [_note("file-1", index=25), _note("file-2", index=25)], ["handbook.md"]),
            ("no ids", "names documents only", [_note(None, index=25)] * 2, ["handbook.md"]),
            ("no names", "has ids only", [_note(name=None), _note("file-2", None)], ["…", "…"]),
        ]
    ],
    _says("tools that failed within an answer", "goes on without them", ended(
          {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "jira", "tools": [],
           "error": {"code": 424, "message": "Failed Dependency"}},
          {"type": "web_search_call", "id": "ws_1", "status": "failed"},
          {"type": "file_search_call", "id": "fs_1", "status": "failed", "results": None},
          message("Yes.")), check=_goes_without("jira", "web-search", "file-search")),
    _says("tools that are said to begin and never to end", "leaves events out",
          created(), added({"type": "web_search_call", "id": "ws_1"}),
          added({"type": "mcp_call", "id": None, "server_label": "jira"}),
          delta("Yes."), ended(message("Yes.")),
          check=_waits_for(("web-search",), ("web-search", "jira"), ("jira",), ())),
    _says("null output", "says it only once", created(), delta("Yes."), ended(output=None)),
    _says("an end without its type", "the type is in the event's name",
          created(), {"response": ended(message("Yes."))["response"]}),
    _says("unknown events", "has more events than others", created(), {"type": "response.new"},
          {"type": None}, {}, {"type": ["x"]}, {"type": "response.output_text.delta"},
          {"type": "response.output_item.added", "item": None}, ended(message("Yes."))),
    _says("a ping between", "keeps the connection alive", b": ping\n\n", b"data: null\n\n",
          b'data: "ping"\n\n', b"data: [1]\n\n", ended(message("Yes."))),
    _says("null usage", "does not count", ended(message("Yes."), usage=None),
          check=_used(Usage())),
    _says("usage in the terms of chat", "as chat completions",
          ended(message("Yes."), usage={"prompt_tokens": 7, "completion_tokens": 2,
                                        "prompt_tokens_details": {"cached_tokens": 3}}),
          check=_used(Usage(7, 3, 2))),
    _says("usage that is none", "null and texts", ended(message("Yes."), usage={
          "input_tokens": None, "output_tokens": "many", "input_tokens_details": []}),
          check=_used(Usage())),
    _says("null reasoning", "an item of nulls", ended(
          {"type": "reasoning", "id": None, "summary": None, "content": None}, message("Yes."))),
    *[
        Row(f"markers of citations: {name}", AZURE, "leaves them in the text", "seen with Azure",
            [Sse([created(), *(delta(piece) for piece in text), ended(message(text))])],
            [Outcome(text="As the handbook says.", check=_shows("As the handbook says."))])
        for name, text in {
            "whole": "As the handbook says 【4:0†handbook.md】.",
            "not closed": "As the handbook says.【4:0†handb",
            "of the web": "As the handbook says\ue200cite\ue202turn0search0\ue201.",
            "of the web, not closed": "As the handbook says. \ue200filecite\ue202turn0fi",
            "written as escapes": r"As the handbook says \ue200cite\ue202turn0search0\ue201.",
        }.items()
    ],
    Row("halves of characters", VLLM, "cuts between two halves", "seen with vLLM",
        [Sse([created(), b'data: {"type": "response.output_text.delta", "delta": "\\ud83d"}\n\n',
              (b'data: {"type": "response.completed", "response": {"output": [{"role": "assistant",'
              b' "content": "Yes.\\ud83d"}]}}\n\n')])], [Outcome(text="Yes.\ufffd")]),
]  # fmt: skip

_ODD_ANSWER = {"type": "message", "role": None, "content": [None, 7, {"text": None}], "id": None}

THREADS: list[ThreadRow] = [
    ThreadRow(
        "an expert is called and answers",
        OGX,
        "what every server does: the picture in which the odd ones stand out",
        "[ran]",
        {
            "router": [Sse(calls(_LEGAL)), Sse(says("—"))],
            "legal": [Sse(says("You may."))],
        },
        said=[("Legal Counsel", "You may.")],
    ),
    *[
        ThreadRow(
            f"both experts answer, though {why} ({backend})",
            OGX,
            "see the rows above",
            "[ran]",
            {
                "router": [Sse(calls(*items)), Sse(says("Both agree."))],
                "legal": [Sse(says("You may."))],
                "finance": [Sse(says("Ten euros."))],
            },
            said=[
                ("Legal Counsel", "You may."),
                ("Finance Partner", "Ten euros."),
                ("Panelbot", "Both agree."),
            ],
            backend=backend,
        )
        for why, items, backend in [
            ("their calls have one id", _two(call_id=["call_0", "call_0"]), "stateless"),
            ("their calls have one id", _two(call_id=["call_0", "call_0"]), "conversations"),
            ("their calls have no ids", _two(call_id=[None, None], id=[None, None]), "stateless"),
        ]
    ],
    ThreadRow(
        "an answer of nulls is one expert's failure",
        LOCALAI,
        "fields that have to be there are null",
        "seen with several servers",
        {
            "router": [Sse(calls(*_two())), Sse(says("—"))],
            "legal": [Sse(says("You may."))],
            "finance": [Sse([created(), ended(_ODD_ANSWER, usage=7)])],
        },
        said=[
            ("Legal Counsel", "You may."),
            (
                "Finance Partner",
                (
                    "_I could not answer this time: the model did not finish the answer. "
                    "To try again, write_ `finance: …`"
                ),
            ),
        ],
    ),
]
