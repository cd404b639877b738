"""What a span says of an operation: its name, its kind and its attributes.

A name has neither keys nor ids, and no text of anybody's is in any of it: see ``content``.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from opentelemetry.trace import SpanKind

from bot.adapters.telemetry import conventions as names
from bot.panel.journal.events import ExpertFailed
from bot.panel.language_model.exchange import Prompt, Responded
from bot.panel.model import Claim
from bot.panel.observing import Kind, Observed, Outcome
from bot.panel.turn.turn_context import Consultation

QUEUE = "turns"
PANEL = "panel"
_BAD = frozenset(
    {
        *(Outcome.REFUSED, Outcome.UNAVAILABLE, Outcome.RATE_LIMITED, Outcome.AMBIGUOUS),
        *(Outcome.FAILED, Outcome.POSTPONED, Outcome.GIVEN_UP, Outcome.LOST),
    }
)
_NOT_LOADED = "NoScriptError"  # a script that Redis does not know yet: it is sent it right after
_CODE = re.compile(r"[A-Za-z_]{1,40}")

Attributes = dict[str, Any]


class ModelServer(NamedTuple):
    """Who answers for the models."""

    address: str
    port: int
    provider: str  # one of the conventions' names


class Description(NamedTuple):
    """What is said of an operation."""

    name: str
    kind: SpanKind
    attributes: Attributes


def described(operation: Observed, server: ModelServer) -> Description:
    """Return what is said of *operation*, which gets a span: of one that goes on, what is known."""
    known = operation.known
    match operation.kind:
        case Kind.PUT:
            return Description(f"send {QUEUE}", SpanKind.PRODUCER, _queue("put", "send"))
        case Kind.TURN:
            return Description(f"process {QUEUE}", SpanKind.CONSUMER, _turn(known["claim"]))
        case Kind.ANSWER:
            return _agent(names.WORKFLOW, PANEL)
        case Kind.CONSULTATION:
            return _consultation(known["consultation"])
        case Kind.HOSTED_TOOL:
            return _tool(known["tool"], "extension")
        case Kind.MODEL_CALL:
            prompt = known["prompt"]
            attributes = _asked(prompt, server) | _answered(operation, known.get("response"))
            return Description(f"{names.CHAT} {prompt.model}", SpanKind.CLIENT, attributes)
        case Kind.REDIS_CALL:
            return _redis_call([command.name for command in known["commands"]])
        case Kind.SLACK_WAIT:
            method = {names.RPC_METHOD: known["method"]}
            return Description("wait for Slack's limits", SpanKind.INTERNAL, method)
        case _:
            rpc = {names.RPC_SYSTEM: "slack", names.RPC_METHOD: known["method"]}
            return Description(known["method"], SpanKind.CLIENT, rpc)


def error_of(operation: Observed) -> str:
    """Return what went wrong, one of few; empty if nothing did."""
    if isinstance(failed := operation.known.get("result"), ExpertFailed):
        return failed.failure.value
    if operation.outcome not in _BAD:
        return ""
    error = operation.error or operation.known.get("failure")
    if error is None:
        return str(operation.outcome)
    code = str(getattr(error, "code", ""))  # Slack's, or Redis's
    name = code if _CODE.fullmatch(code) else type(error).__name__
    return "" if name == _NOT_LOADED else name


def _queue(verb: str, kind: str) -> Attributes:
    return {
        names.MESSAGING_SYSTEM: "redis",
        names.MESSAGING_DESTINATION: QUEUE,
        names.MESSAGING_OPERATION: verb,
        names.MESSAGING_TYPE: kind,
    }


def _turn(claim: Claim) -> Attributes:
    attributes = _queue("claim", "process")
    attributes |= {names.TURN: claim.turn.id, names.ATTEMPT: claim.attempt}
    if len(claim.turn.messages) > 1:
        attributes[names.MESSAGING_COUNT] = len(claim.turn.messages)
    return attributes


def _agent(operation: str, name: str, **more: str) -> Description:
    attributes = {names.OPERATION: operation, names.AGENT: name, **more}
    return Description(f"{operation} {name}", SpanKind.INTERNAL, attributes)


def _tool(name: str, kind: str) -> Description:
    attributes = {names.OPERATION: names.EXECUTE_TOOL, names.TOOL: name, names.TOOL_TYPE: kind}
    return Description(f"{names.EXECUTE_TOOL} {name}", SpanKind.INTERNAL, attributes)


def _consultation(consultation: Consultation) -> Description:
    expert = consultation.expert.name
    if consultation.expert.function:
        return _tool(expert, "function")
    return _agent(names.INVOKE_AGENT, expert, **{names.PATH: consultation.path})


def _asked(prompt: Prompt, server: ModelServer) -> Attributes:
    most = {names.REQUEST_MAX_TOKENS: prompt.most_output} if prompt.most_output else {}
    return most | {
        names.OPERATION: names.CHAT,
        names.PROVIDER: server.provider,
        names.REQUEST_MODEL: prompt.model,
        names.REQUEST_EFFORT: prompt.effort.value,
        names.REQUEST_STREAM: True,
        names.CONVERSATION: prompt.conversation,
        names.SERVER: server.address,
        names.SERVER_PORT: server.port,
    }


def _answered(operation: Observed, response: Responded | None) -> Attributes:
    known, attributes = operation.known, Attributes()
    if "id" in known:
        attributes[names.RESPONSE_ID] = known["id"]
    if "written_at" in known:
        attributes[names.RESPONSE_FIRST_CHUNK] = known["written_at"] - operation.began_at
    if response is None:
        return attributes
    usage, whole = response.usage, "tool_call" if "called" in known else "stop"
    return attributes | {
        names.RESPONSE_MODEL: response.model or known["prompt"].model,
        names.RESPONSE_FINISH: ("length" if response.cut else whole,),
        names.INPUT_TOKENS: usage.input,
        names.OUTPUT_TOKENS: usage.output,
        names.CACHED_TOKENS: usage.cached,
        names.WRITTEN_TOKENS: usage.extras.written + usage.extras.written_12h,
    }


def _redis_call(commands: Sequence[str]) -> Description:
    """Return what is said of one trip to Redis: its commands and scripts, by name alone."""
    name = commands[0] if len(set(commands)) == 1 else "PIPELINE"
    command, _, script = name.partition(" ")
    attributes: Attributes = {names.DATABASE: "redis", names.DATABASE_OPERATION: command}
    attributes |= {names.DATABASE_SCRIPT: script} if script else {}
    attributes |= {names.DATABASE_BATCH: len(commands)} if len(commands) > 1 else {}
    return Description(name, SpanKind.CLIENT, attributes)
