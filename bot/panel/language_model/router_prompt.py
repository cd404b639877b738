"""The router's request, the same for turns and for trials of it."""

from collections.abc import Sequence

from bot.panel.budgets.limits import Account
from bot.panel.language_model import instructions, prompts
from bot.panel.language_model.exchange import Item, Prompt
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import ConversationId, Panel


def router_prompt(
    models: ModelChoice,
    panel: Panel,
    conversation: ConversationId,
    items: Sequence[Item],
    *,
    cache_key: str,
    user: str = "",
    closing: bool = False,
    account: Account | None = None,
) -> Prompt:
    """Return a request to the router: to choose experts, or, *closing*, to sum up."""
    return Prompt(
        conversation=conversation,
        model=models.router,
        effort=models.router_effort,
        instructions=instructions.router_instructions(panel.rules),
        items=tuple(items),
        tools=prompts.tools(panel),
        may_call=not closing,
        cache_key=cache_key,
        most_output=models.synthesis_output if closing else models.router_output,
        user=user,
        account=account,
    )
