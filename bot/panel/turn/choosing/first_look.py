"""A first look at a question: how likely it wants each expert, judged before the router is asked.

1. What is judged is journalled before anybody is asked: a resumed turn asks the same experts.
2. It is only ever a shortcut. Whatever is in its way, the router decides as it would without it.
3. The judge reads no conversation, so it is shown the newest of what the router's holds.
"""

import logging
from collections.abc import Sequence
from contextlib import aclosing

from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable
from bot.panel.journal.events import LikelihoodsAsked, LikelihoodsJudged
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import Item, ToolCalled, UserSaid
from bot.panel.language_model.judging.likelihood_requests import Told, ask_likelihoods
from bot.panel.language_model.judging.predicates import SHOWN_ITEMS
from bot.panel.model import ConversationId, Expert, WhenUnsure
from bot.panel.routing import gate
from bot.panel.routing.corrections import Correction
from bot.panel.routing.gate import Look
from bot.panel.routing.likelihoods import Likelihoods
from bot.panel.turn.choosing import unsure
from bot.panel.turn.model_requests import router_prompt
from bot.panel.turn.turn_context import TurnContext

log = logging.getLogger(__name__)


async def likely_experts(
    context: TurnContext, examples: Sequence[Correction]
) -> tuple[Expert, ...]:
    """Return who is likely wanted, the likeliest first; nobody where the router decides alone.

    *examples* are what people corrected of questions like this one.
    """
    if (look := context.rules.look) is None:
        return ()
    if context.progress.likelihoods is None and not context.progress.round_of().asked:
        await _look(context, look, examples)
    likelihoods = context.progress.likelihoods or Likelihoods()
    names = gate.likely(likelihoods, look.thresholds)
    return tuple(filter(None, map(context.panel.find, names)))


async def _look(context: TurnContext, look: Look, examples: Sequence[Correction]) -> None:
    """Find out how likely each expert is wanted, in the ways that may be taken.

    Decisions are not asked where the panel has rules or there are *examples*: these are for
    whoever reads them all. Samples are only taken for the sake of asking people.
    """
    decides = look.decisions and not (context.panel.rules or examples)
    compares = look.agreement and unsure.mode(context) is not WhenUnsure.OFF
    if not (decides or compares):
        return
    judge = context.rules.models.decisions if decides else ""
    told, panel, client = Told(Likelihoods(), {}), context.panel, context.services.client
    await context.record.note(LikelihoodsAsked())
    try:
        prompt = router_prompt(context, ConversationId(""), question(context), examples=examples)
        told = await ask_likelihoods(
            client, prompt, await _earlier(context), panel,
            judge=judge, quiet=look.quiet, samples=compares,
        )  # fmt: skip
    except (ModelRefused, ModelUnavailable, ConversationGone) as error:
        log.warning("router.no_look", extra={"reason": str(error)})
    await context.record.note(LikelihoodsJudged(told.likelihoods, told.total))


def question(context: TurnContext) -> Sequence[UserSaid]:
    """Return what the router is asked, after what it has not read yet."""
    given = context.input
    return (*prompts.quoted(given.unread.said), prompts.for_router(given.question))


async def _earlier(context: TurnContext) -> Sequence[Item]:
    """Return what was said, and who was asked, as the router remembers it: the newest first."""
    if (conversation := context.conversations.links.router) is None:
        return ()
    found = list[Item]()
    async with aclosing(context.services.client.model.items(conversation)) as items:
        async for item in items:
            if isinstance(item, UserSaid | ToolCalled):
                found.append(item)
            if len(found) == SHOWN_ITEMS:
                break
    return found
