"""Going on without what fails: an expert's MCP servers, and collections of its documents.

1. What failed is left out of one further request at a time, until the model answers: there is an
   end, since each leaves out more.
2. Only what we have configured is named to people: a server may write anything into its errors.
3. An expert goes on only where it begins; with a tool that people have just approved, it cannot.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import replace
from types import UnionType

from bot.panel.errors import ModelFault, ModelRefused
from bot.panel.language_model.exchange import Responded
from bot.panel.texts import shortcomings
from bot.panel.tools import FILE_SEARCH, McpServer, ServerTool
from bot.panel.turn.model_requests import unapprovable
from bot.panel.turn.turn_context import Consultation, TurnContext

log = logging.getLogger(__name__)


def next_try(
    context: TurnContext,
    consultation: Consultation,
    error: ModelRefused,
    needed: Collection[str] = (),
) -> Consultation:
    """Return *consultation* without what failed; raises *error* if nothing can be left out."""
    match error.fault:
        case ModelFault.TOOL_SERVER:
            used = _tools(context, consultation, McpServer)
        case ModelFault.DOCUMENTS:
            used = [*consultation.expert.collections]
        case _:
            raise error
    left = [name for name in used if name not in consultation.without]
    failed = [name for name in left if name in error.about] or left
    if not failed or {*failed} & {*needed}:
        error.about = tuple(failed) or error.about
        raise error
    details = {"expert": consultation.call.expert, "without": failed}
    log.warning("expert.goes_without", extra=details | {"reason": error.fault.value})
    return replace(consultation, without=(*consultation.without, *failed))


def notes(context: TurnContext, consultation: Consultation, response: Responded) -> Iterator[str]:
    """Yield what people, or the expert who asks, have to know about what was left out."""
    expert = consultation.expert
    if expert.name in context.input.lacking:
        yield shortcomings.withheld_from_shared_channel()
    withheld = context.panel.withheld.get(expert.name, ())
    if missing := (*context.toolbox.missing(expert.tools), *withheld):
        yield shortcomings.tools_missing(missing)
    failed = {*consultation.without, *response.failed_tools}
    if tools := [name for name in _tools(context, consultation) if name in failed]:
        yield shortcomings.servers_failed(tools)
    if expert.collections and FILE_SEARCH in failed:
        yield shortcomings.search_failed()
    if gone := [one for one in expert.collections if one in failed]:
        yield shortcomings.documents_failed(all_of_them=len(gone) == len(expert.collections))
    held_back = unapprovable(context, consultation)
    if labels := [tool.label for tool in held_back if isinstance(tool, McpServer)]:
        yield shortcomings.needs_approval(labels, expert.name)


def waited_for(context: TurnContext, consultation: Consultation) -> list[str]:
    """Return those of the expert's tools that the model's side waits for now."""
    tools = _tools(context, consultation)
    if consultation.expert.collections:
        tools.append(FILE_SEARCH)
    return [tool for tool in tools if tool in consultation.running]


def _tools(
    context: TurnContext,
    consultation: Consultation,
    kind: type[ServerTool] | UnionType = ServerTool,
) -> list[str]:
    """Return the names, or an MCP server's label, of the tools that the expert may use here."""
    held_back = unapprovable(context, consultation)
    tools = context.toolbox.select(consultation.expert.tools)
    usable = [tool for tool in tools if isinstance(tool, kind) and tool not in held_back]
    return [tool.label if isinstance(tool, McpServer) else tool.value for tool in usable]
