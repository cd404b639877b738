"""The router's request, the same for turns and for trials of it."""

from collections.abc import Collection, Sequence

from bot.panel.budgets.limits import Account
from bot.panel.language_model import instructions, prompts
from bot.panel.language_model.exchange import Item, Prompt
from bot.panel.language_model.frames import Framed, Kind, frame, quote
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import ConversationId, ExpertName, Panel
from bot.panel.routing.corrections import Correction


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
    examples: Sequence[Correction] = (),
) -> Prompt:
    """Return a request to the router: to choose experts, or, *closing*, to sum up.

    *examples* are corrections of questions like the newest.
    """
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
        addendum=corrected(examples, panel),
    )


def corrected(examples: Sequence[Correction], panel: Panel) -> str:
    """Return what the router reads of *examples*, as far as they are about experts of *panel*.

    It stands in the instructions of one request, so that no conversation keeps it.
    """
    there = {expert.name for expert in panel.experts}
    framed = [_correction(one, there) for one in examples if there & {*one.wanted, *one.unwanted}]
    return "\n".join([instructions.CORRECTIONS, *framed]) if framed else ""


def _correction(one: Correction, there: Collection[ExpertName]) -> Framed:
    def named(names: Sequence[ExpertName]) -> str:
        return ", ".join(name for name in names if name in there)

    return frame(
        Kind.CORRECTION,
        quote(one.question),
        consulted=named(one.asked),
        right=named(one.right),
        wrong=named(one.unwanted),
    )
