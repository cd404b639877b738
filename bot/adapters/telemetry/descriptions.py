"""What a span says of an operation: its name, its kind, and attributes at its beginning and end.

A name has neither keys nor ids, and no text of anybody's is in any of it: see ``content``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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

Attributes = Mapping[str, str | int | float | bool | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ModelServer:
    """Who answers for the models."""

    address: str
    port: int
    provider: str  # one of the conventions' names


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of an operation when it begins; samplers decide by that."""

    name: str
    kind: SpanKind = SpanKind.INTERNAL
    attributes: Attributes = field(default_factory=dict)


def begun(operation: Observed, server: ModelServer) -> Description | None:
    """Return what is said of *operation*; None if it gets no span."""
    known = operation.known
    match operation.kind:
        case Kind.PUT:
            return Description(f"send {QUEUE}", SpanKind.PRODUCER, _queue("put", "send"))
        case Kind.TURN:
            return _turn(known["claim"])
        case Kind.ANSWER:
            return _agent(names.WORKFLOW, PANEL)
        case Kind.CONSULTATION:
            return _consultation(known["consultation"])
        case Kind.MODEL_CALL:
            return _model_call(known["prompt"], server)
        case Kind.HOSTED_TOOL:
            return _tool(known["tool"], "extension")
        case Kind.SLACK_CALL:
            rpc = {names.RPC_SYSTEM: "slack", names.RPC_METHOD: known["method"]}
            return Description(known["method"], SpanKind.CLIENT, rpc)
        case Kind.SLACK_WAIT:
            rpc = {names.RPC_METHOD: known["method"]}
            return Description("wait for Slack's limits", attributes=rpc)
        case Kind.REDIS_CALL:
            return _redis_call([command.name for command in known["commands"]])
    return None


def ended(operation: Observed) -> Attributes:
    """Return what is known of *operation* at its end."""
    known = operation.known
    attributes: dict[str, Any] = {}
    match operation.kind:
        case Kind.MODEL_CALL:
            attributes = _answered(operation, known.get("response"))
        case Kind.TURN | Kind.ANSWER:
            attributes[names.OUTCOME] = str(operation.outcome)
    if error := error_of(operation):
        attributes[names.ERROR] = error
    return attributes


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


def _queue(verb: str, kind: str) -> dict[str, Any]:
    return {
        names.MESSAGING_SYSTEM: "redis",
        names.MESSAGING_DESTINATION: QUEUE,
        names.MESSAGING_OPERATION: verb,
        names.MESSAGING_TYPE: kind,
    }


def _turn(claim: Claim) -> Description:
    attributes = _queue("claim", "process")
    attributes |= {names.TURN: claim.turn.id, names.ATTEMPT: claim.attempt}
    if len(claim.turn.messages) > 1:
        attributes[names.MESSAGING_COUNT] = len(claim.turn.messages)
    return Description(f"process {QUEUE}", SpanKind.CONSUMER, attributes)


def _agent(operation: str, name: str, **more: str) -> Description:
    attributes = {names.OPERATION: operation, names.AGENT: name, **more}
    return Description(f"{operation} {name}", attributes=attributes)


def _tool(name: str, kind: str) -> Description:
    attributes = {names.OPERATION: names.EXECUTE_TOOL, names.TOOL: name, names.TOOL_TYPE: kind}
    return Description(f"{names.EXECUTE_TOOL} {name}", attributes=attributes)


def _consultation(consultation: Consultation) -> Description:
    expert = consultation.expert.name
    if consultation.expert.function:
        return _tool(expert, "function")
    return _agent(names.INVOKE_AGENT, expert, **{names.PATH: consultation.path})


def _model_call(prompt: Prompt, server: ModelServer) -> Description:
    attributes: dict[str, Any] = {
        names.OPERATION: names.CHAT,
        names.PROVIDER: server.provider,
        names.REQUEST_MODEL: prompt.model,
        names.REQUEST_EFFORT: prompt.effort.value,
        names.REQUEST_STREAM: True,
        names.CONVERSATION: prompt.conversation,
        names.SERVER: server.address,
        names.SERVER_PORT: server.port,
    }
    if prompt.most_output:
        attributes[names.REQUEST_MAX_TOKENS] = prompt.most_output
    return Description(f"{names.CHAT} {prompt.model}", SpanKind.CLIENT, attributes)


def _answered(operation: Observed, response: Responded | None) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if id_ := operation.known.get("id"):
        attributes[names.RESPONSE_ID] = id_
    if written_at := operation.known.get("written_at"):
        attributes[names.RESPONSE_FIRST_CHUNK] = written_at - operation.began_at
    if response is None:
        return attributes
    usage = response.usage
    return attributes | {
        names.RESPONSE_MODEL: response.model or operation.known["prompt"].model,
        names.RESPONSE_FINISH: (_finish(operation, response),),
        names.INPUT_TOKENS: usage.input,
        names.OUTPUT_TOKENS: usage.output,
        names.CACHED_TOKENS: usage.cached,
        names.WRITTEN_TOKENS: usage.extras.written + usage.extras.written_12h,
    }


def _finish(operation: Observed, response: Responded) -> str:
    if response.cut:
        return "length"
    return "tool_call" if operation.known.get("called") else "stop"


def _redis_call(commands: Sequence[str]) -> Description:
    """Return what is said of one trip to Redis: its commands and scripts, by name alone."""
    distinct = set(commands)
    name = next(iter(distinct)) if len(distinct) == 1 else "PIPELINE"
    command, _, script = name.partition(" ")
    attributes: dict[str, Any] = {names.DATABASE: "redis", names.DATABASE_OPERATION: command}
    if script:
        attributes[names.DATABASE_SCRIPT] = script
    if len(commands) > 1:
        attributes[names.DATABASE_BATCH] = len(commands)
    return Description(name, SpanKind.CLIENT, attributes)
