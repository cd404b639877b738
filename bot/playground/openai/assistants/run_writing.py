"""Writing a run, event by event, in a task of its own."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, assert_never

from bot.json_types import Json
from bot.playground.openai.assistants.run_states import Run, end_step
from bot.playground.openai.assistants.threads import Thread
from bot.playground.openai.event_log import EventLog
from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in import brain
from bot.playground.openai.stand_in.brain import Cut, Garble, Reply, Step
from bot.playground.openai.stand_in.hosted_steps import Draw, RunCode, SearchWeb
from bot.playground.openai.tokens import count

_PIECE = re.compile(r"(?s).{1,24}\S*\s*|.+")
_DONE: Json = {"event": "done", "data": "[DONE]"}

_RANKING: Json = {"ranker": "default_2024_08_21", "score_threshold": 0.0}


@dataclass(slots=True)
class RunWriting:
    """Writes the brain's reply into a run, its steps and its thread."""

    thread: Thread
    run: Run
    events: EventLog

    async def write(self, reply: Reply) -> None:
        """Carry out *reply*, up to where the run ends or waits."""
        try:
            self._move("in_progress")
            await self._play(reply)
            await asyncio.sleep(0)  # for a run that is being cancelled to be so
            if self.run.status in ("cancelled", "expired"):
                self.report(f"thread.run.{self.run.status}", self.run.shown)
        finally:
            self.events.add(_DONE)
            self.events.end()

    def report(self, name: str, data: Json) -> None:
        """Add an event with *data* as it is now."""
        self.events.add({"event": name, "data": json.loads(json.dumps(data))})

    def take_outputs(self, outputs: Mapping[str, str]) -> None:
        """Take in what the calls returned, and be queued again."""
        step = next(s for s in self.run.steps if s["status"] == "in_progress")
        for call in step["step_details"]["tool_calls"]:
            call["function"]["output"] = outputs[call["id"]]
        self.thread.items += output_items(outputs)
        end_step(step, "completed", _usage(0, 0))
        self.report("thread.run.step.completed", step)
        self._move("queued")

    async def _play(self, reply: Reply) -> None:
        calls: list[brain.Call] = []
        for step in reply:
            if not self.run.is_active or self.run.status == "cancelling":
                return
            if isinstance(step, brain.Call):
                calls.append(step)
            elif not await self._step(step):
                return
        if not self.run.is_active or self.run.status == "cancelling":
            return
        if calls:
            self._call(calls)
        else:
            self._end("completed")

    async def _step(self, step: Step) -> bool:
        """Carry out *step*; False if it ends the run."""
        match step:
            case brain.Text() | brain.Refusal() | brain.LookUp():
                self._write(step)
            case brain.Pause(seconds):
                await asyncio.sleep(seconds)
            case brain.WaitFor(until):
                await until.wait()
            case Cut() | Garble():
                self.events.add(step)
                if isinstance(step, Cut) and not step.stored:
                    self._end_badly(brain.Fail())
                    return False
            case brain.Fail() | brain.Error() | brain.Incomplete():
                self._end_badly(step)
                return False
            case brain.Call() | brain.Status():
                raise ValueError("calls are made together, and a status comes first or not at all")
            case brain.UseServer() | SearchWeb() | RunCode() | Draw():
                raise ValueError("the Assistants API knows no such tools here")
            case _:
                assert_never(step)
        return True

    def _write(self, step: brain.Text | brain.Refusal | brain.LookUp) -> None:
        match step:
            case brain.Text(text, cites):
                self._say(text, [cite for cite in cites if isinstance(cite, brain.Cite)])
            case brain.Refusal(text):
                self._say(text)
            case brain.LookUp():
                self._look_up()

    def _end_badly(self, step: brain.Fail | brain.Error | brain.Incomplete) -> None:
        match step:
            case brain.Fail(code) | brain.Error(code):
                error = {"code": code, "message": "The model had an error."}
                self._end("failed", last_error=error)
            case brain.Incomplete():
                own = [m for m in self.thread.messages if m["run_id"] == self.run.shown["id"]]
                for message in own[-1:]:
                    message.update(status="incomplete", incomplete_details={"reason": "max_tokens"})
                details = {"reason": "max_completion_tokens"}
                self._end("incomplete", incomplete_details=details)

    def _look_up(self) -> None:
        search: Json = {"ranking_options": _RANKING, "results": []}
        call = {"id": f"call_{token_hex(12)}", "type": "file_search", "file_search": search}
        step = self.run.begin_step("tool_calls", [call])
        self._report_step("created", step)
        self._report_step("in_progress", step)
        end_step(step, "completed", _usage(0, 0))
        self._report_step("completed", step)

    def _say(self, text: str, cites: Sequence[brain.Cite] = ()) -> None:
        text, annotations = _cited(text, cites)
        message = self.thread.begin_message("assistant", run=self.run)
        step = self.run.begin_step("message_creation", {"message_id": message["id"]})
        self._report_step("created", step)
        self._report_step("in_progress", step)
        self.report("thread.message.created", message)
        self.report("thread.message.in_progress", message)
        for number, piece in enumerate(_PIECE.findall(text)):
            part: Json = {"value": piece} | ({} if number else {"annotations": []})
            content = [{"index": 0, "type": "text", "text": part}]
            delta = {"object": "thread.message.delta", "delta": {"content": content}}
            self.report("thread.message.delta", {"id": message["id"], **delta})
        self.thread.finish_message(message, text, annotations)
        self.report("thread.message.completed", message)
        end_step(step, "completed", _usage(self._read(), count(text)))
        self._report_step("completed", step)

    def _call(self, calls: Sequence[brain.Call]) -> None:
        step = self.run.begin_step("tool_calls", [])
        self._report_step("created", step)
        self._report_step("in_progress", step)
        made: list[Json] = []
        for index, call in enumerate(calls):
            shown = _shown(call)
            made.append(shown)
            function: Json = {**shown["function"], "arguments": "", "output": None}
            self._report_delta(step, {"index": index, **shown, "function": function})
            arguments = shown["function"]["arguments"]
            for start in range(0, len(arguments), 64):
                piece = {"arguments": arguments[start : start + 64]}
                delta: Json = {"index": index, "type": "function", "function": piece}
                self._report_delta(step, delta)
            item: Json = {"type": "function_call", "call_id": shown["id"], **shown["function"]}
            self.thread.items.append({**item, "id": f"fc_{shown['id']}"})
        step["step_details"]["tool_calls"] = [
            {**call, "function": {**call["function"], "output": None}} for call in made
        ]
        self.run.require_action(made)
        self.report("thread.run.requires_action", self.run.shown)

    def _end(self, status: str, **more: Any) -> None:
        spent = [step["usage"] for step in self.run.steps if step["usage"]]
        totals = {key: sum(one[key] for one in spent) for key in _usage(0, 0)}
        self._move(status, usage=totals, **more)

    def _move(self, status: str, **more: Any) -> None:
        self.run.move(status, **more)
        self.report(f"thread.run.{status}", self.run.shown)

    def _report_step(self, what: str, step: Json) -> None:
        self.report(f"thread.run.step.{what}", step)

    def _report_delta(self, step: Json, call: Json) -> None:
        details = {"type": "tool_calls", "tool_calls": [call]}
        delta = {"object": "thread.run.step.delta", "delta": {"step_details": details}}
        self.report("thread.run.step.delta", {"id": step["id"], **delta})

    def _read(self) -> int:
        return sum(count(text_of(item)) for item in self.thread.items)


def _cited(text: str, cites: Sequence[brain.Cite]) -> tuple[str, list[Json]]:
    """Return *text* with a marker at each cited place, and what the markers stand for."""
    markers = {cite: f"【{n}:0†{cite.filename}】" for n, cite in enumerate(cites)}
    notes: dict[brain.Cite, Json] = {}
    moved = 0
    for cite in sorted(cites, key=lambda cite: cite.index):
        start = cite.index + moved
        marker = markers[cite]
        text = text[:start] + marker + text[start:]
        moved += len(marker)
        notes[cite] = {
            "type": "file_citation",
            "text": marker,
            "file_citation": {"file_id": cite.file_id},
            "start_index": start,
            "end_index": start + len(marker),
        }
    return text, [notes[cite] for cite in cites]


def output_items(outputs: Mapping[str, str]) -> list[Json]:
    """Return what calls returned, as a response would have it."""
    return [
        {"type": "function_call_output", "id": f"fco_{call}", "call_id": call, "output": output}
        for call, output in outputs.items()
    ]


def _shown(call: brain.Call) -> Json:
    arguments = call.arguments
    if not isinstance(arguments, str):
        arguments = json.dumps(dict(arguments), ensure_ascii=False, separators=(",", ":"))
    call_id = call.call_id or f"call_{token_hex(12)}"
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }


def _usage(read: int, written: int) -> Json:
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }
