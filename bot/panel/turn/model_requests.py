"""What a turn requests of models: of the router, and of each expert."""

from collections.abc import Sequence

from bot.panel.budgets.limits import Account
from bot.panel.language_model import instructions, prompts
from bot.panel.language_model import router_prompt as routers
from bot.panel.language_model.exchange import Item, Prompt
from bot.panel.model import ConversationId, Effort, ExpertName, ToolName, UserId
from bot.panel.routing.corrections import Correction
from bot.panel.tools import MCP, ServerTool, may_need_approval, name_of
from bot.panel.turn.turn_context import Consultation, TurnContext


def router_prompt(
    context: TurnContext,
    conversation: ConversationId,
    items: Sequence[Item],
    *,
    closing: bool = False,
    examples: Sequence[Correction] = (),
) -> Prompt:
    """Return a request to the router: to choose experts, or, *closing*, to sum up."""
    return routers.router_prompt(
        context.rules.models,
        context.panel,
        conversation,
        items,
        closing=closing,
        cache_key=f"router:{context.turn.thread.channel_id}",
        user=_user(context),
        account=_account(context, None),
        examples=examples,
    )


def expert_prompt(
    context: TurnContext,
    conversation: ConversationId,
    consultation: Consultation,
    items: Sequence[Item],
    *,
    closing: bool = False,
) -> Prompt:
    """Return a request to an expert; *closing*, when its colleagues have answered it."""
    expert, deeper = consultation.expert, consultation.call.deeper
    colleagues, models = consultation.colleagues, context.rules.models
    given = instructions.expert_instructions(
        expert, asker=consultation.consulted_by, consulting=bool(colleagues.experts)
    )
    searched = tuple(one for one in expert.collections if one not in consultation.without)
    return Prompt(
        conversation=conversation,
        model=models.hard if deeper else expert.model or models.expert,
        effort=Effort.HIGH if deeper else expert.effort,
        instructions=given,
        items=tuple(items),
        tools=prompts.tools(colleagues),
        may_call=not closing,
        cache_key=f"expert:{consultation.path}",
        most_output=models.expert_output,
        user=_user(context),
        account=_account(context, expert.name),
        collections=searched,
        must_search=expert.always_consult and bool(searched) and not closing,
        server_tools=_tools_of(context, consultation),
    )


def _user(context: TurnContext) -> UserId:
    """Whom the model's side is told of, as a hash: several together are not any one of them."""
    return UserId(" ".join(sorted(context.turn.authors)))


def _account(context: TurnContext, expert: ExpertName | None) -> Account | None:
    if (ledger := context.services.client.ledger) is None:
        return None
    people, own = context.turn.authors, context.panel.budgets
    return ledger.account(context.record.claim, people, expert, own)


def _tools_of(context: TurnContext, consultation: Consultation) -> tuple[ServerTool, ...]:
    out = {name_of(tool) for tool in unapprovable(context, consultation)}
    out |= {ToolName(f"{MCP}{label}") for label in consultation.without}
    return context.toolbox.select(name for name in consultation.expert.tools if name not in out)


def unapprovable(context: TurnContext, consultation: Consultation) -> tuple[ServerTool, ...]:
    """Return the expert's tools that a colleague goes without: people have to approve them."""
    if not consultation.consulted_by:
        return ()
    return tuple(filter(may_need_approval, context.toolbox.select(consultation.expert.tools)))
