"""The life of a run: which state may follow which, as data, and what is shown of it.

A run holds its thread's lock until it has ended, through requires_action and cancelling too. It
expires some minutes after it was created, whatever it waits for.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.items.items import new_id

NEXT: Mapping[str, frozenset[str]] = {
    "queued": frozenset({"in_progress", "cancelling", "failed", "expired"}),
    "in_progress": frozenset(
        {"requires_action", "completed", "incomplete", "cancelling", "failed", "expired"}
    ),
    "requires_action": frozenset({"queued", "cancelling", "expired"}),
    "cancelling": frozenset({"cancelled"}),
    "completed": frozenset(),
    "incomplete": frozenset(),
    "cancelled": frozenset(),
    "failed": frozenset(),
    "expired": frozenset(),
}
_STAMPS = {
    "in_progress": "started_at",
    "completed": "completed_at",
    "cancelled": "cancelled_at",
    "failed": "failed_at",
}
_STEP_STAMPS = {
    "completed": "completed_at",
    "cancelled": "cancelled_at",
    "failed": "failed_at",
    "expired": "expired_at",
}
_LEFT = {"completed": "completed", "incomplete": "failed"}  # else as the run itself


@dataclass(slots=True)
class Run:
    """One run, with its steps."""

    shown: Json
    steps: list[Json] = field(default_factory=list)

    @property
    def id(self) -> str:
        """How it is called."""
        return str(self.shown["id"])

    @property
    def status(self) -> str:
        """Where in its life it is, now."""
        expires = self.shown["expires_at"]
        if NEXT[self.shown["status"]] and expires is not None and expires <= time.time():
            self.move("expired" if self.shown["status"] != "cancelling" else "cancelled")
        return str(self.shown["status"])

    @property
    def is_active(self) -> bool:
        """Whether it holds its thread's lock."""
        return bool(NEXT[self.status])

    @property
    def calls(self) -> list[Json]:
        """The calls that wait for their outputs."""
        action = self.shown["required_action"]
        return action["submit_tool_outputs"]["tool_calls"] if action else []

    def move(self, status: str, **more: object) -> None:
        """Go on to *status*; a state that cannot follow is a mistake of ours."""
        if status not in NEXT[self.shown["status"]]:
            raise ValueError(f"{status} cannot follow {self.shown['status']}")
        self.shown.update(status=status, required_action=None, **more)
        now = int(time.time())
        if stamp := _STAMPS.get(status):
            self.shown[stamp] = self.shown[stamp] or now
        if not NEXT[status]:
            self.shown["expires_at"] = None
            self._end_steps(_LEFT.get(status, status))

    def require_action(self, calls: list[Json]) -> None:
        """Wait for the outputs of *calls*."""
        self.move("requires_action")
        action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
        self.shown["required_action"] = action

    def begin_step(self, kind: str, details: Any) -> Json:
        """Begin another step and return it."""
        names = ("thread_id", "assistant_id")
        step: Json = {
            "id": new_id("step"),
            "object": "thread.run.step",
            "created_at": int(time.time()),
            "run_id": self.id,
            **{name: self.shown[name] for name in names},
            "type": kind,
            "status": "in_progress",
            "step_details": {"type": kind, kind: details},
            "last_error": None,
            **dict.fromkeys(_STEP_STAMPS.values()),
            "metadata": {},
            "usage": None,
        }
        self.steps.append(step)
        return step

    def _end_steps(self, status: str) -> None:
        for step in self.steps:
            if step["status"] == "in_progress":
                end_step(step, status)


def end_step(step: Json, status: str, usage: Json | None = None) -> None:
    """Let *step* end as *status*."""
    step.update(status=status, usage=usage)
    step[_STEP_STAMPS[status]] = int(time.time())


def begun(thread: str, assistant: Json, body: Json, seconds: float) -> Run:
    """Return a run of *assistant*, with what *body* says instead, that expires in *seconds*."""
    now = int(time.time())
    own = {name: body.get(name) or assistant[name] for name in ("model", "instructions", "tools")}
    return Run(
        {
            "id": new_id("run"),
            "object": "thread.run",
            "created_at": now,
            "thread_id": thread,
            "assistant_id": assistant["id"],
            "status": "queued",
            "required_action": None,
            "last_error": None,
            "expires_at": int(now + seconds),
            "started_at": None,
            "cancelled_at": None,
            "failed_at": None,
            "completed_at": None,
            "incomplete_details": None,
            **own,
            "instructions": own["instructions"] or "",
            "metadata": body.get("metadata") or {},
            "usage": None,
            "temperature": 1.0,
            "top_p": 1.0,
            "max_prompt_tokens": body.get("max_prompt_tokens"),
            "max_completion_tokens": body.get("max_completion_tokens"),
            "truncation_strategy": {"type": "auto", "last_messages": None},
            "tool_choice": body.get("tool_choice") or "auto",
            "parallel_tool_calls": body.get("parallel_tool_calls", True) is not False,
            "response_format": "auto",
        }
    )


def locked_for_run(thread: str, run: str) -> errors.ApiError:
    """Another run of the thread has not ended."""
    return errors.ApiError(f"Thread {thread} already has an active run {run}.")


def locked_for_message(thread: str, run: str) -> errors.ApiError:
    """A run of the thread has not ended."""
    return errors.ApiError(f"Can't add messages to {thread} while a run {run} is active.")
