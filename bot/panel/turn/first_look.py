"""A first look at a question: how likely it wants each expert, judged before the router is asked.

1. What is judged is journalled before anybody is asked: a resumed turn asks the same experts.
2. It is only ever a shortcut. Whatever is in its way, the router decides as it would without it.
3. The judge reads no conversation, so it is shown the newest of what the router's holds.
"""

import logging
from collections.abc import Sequence
from contextlib import aclosing

from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable, NoDecisions
from bot.panel.journal.events import LikelihoodsAsked, LikelihoodsJudged
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import Item, ToolCalled, UserSaid
from bot.panel.language_model.predicates import SHOWN_ITEMS, judging, likelihoods_in
from bot.panel.model import ConversationId, Expert
from bot.panel.routing import gate
from bot.panel.routing.corrections import Correction
from bot.panel.routing.likelihoods import Likelihoods
from bot.panel.turn.turn_context import TurnContext

log = logging.getLogger(__name__)


async def likely_experts(
    context: TurnContext, examples: Sequence[Correction]
) -> tuple[Expert, ...]:
    """Return who is likely wanted, the likeliest first; nobody where the router decides alone.

    It does where the panel has rules, or people have corrected questions like this one, the
    *examples*: these are for whoever reads them all.
    """
    if (look := context.rules.look) is None:
        return ()
    if context.progress.likelihoods is None:
        if context.progress.round_of().asked or context.panel.rules or examples:
            return ()
        await _judge(context, quiet=look.quiet)
    likelihoods = context.progress.likelihoods or Likelihoods()
    names = gate.likely(likelihoods, look.thresholds)
    return tuple(filter(None, map(context.panel.find, names)))


async def _judge(context: TurnContext, *, quiet: bool) -> None:
    judged = LikelihoodsJudged(Likelihoods())
    await context.record.note(LikelihoodsAsked())
    try:
        prompt = judging(
            context.router_prompt(ConversationId(""), _question(context)),
            await _earlier(context),
            context.panel,
            context.rules.models.decisions,
        )
        answer = await context.services.client.judge(prompt)
        judged = LikelihoodsJudged(likelihoods_in(answer.likelihoods, context.panel), answer.usage)
    except (ModelRefused, ModelUnavailable, ConversationGone) as error:
        is_expected = quiet and isinstance(error, NoDecisions)
        level = logging.DEBUG if is_expected else logging.WARNING
        log.log(level, "router.no_decisions", extra={"reason": str(error)})
    await context.record.note(judged)


def _question(context: TurnContext) -> Sequence[UserSaid]:
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
