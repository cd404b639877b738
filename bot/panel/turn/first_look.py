"""A first look at a question: how likely it wants each expert, judged before the router is asked.

1. What is judged is journalled before anybody is asked: a resumed turn asks the same experts.
2. It is only ever a shortcut. Whatever is in its way, the router decides as it would without it.
3. The judge reads no conversation, so it is shown the newest of what the router's holds.
"""

import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable, NoDecisions
from bot.panel.journal.events import LikelihoodsAsked, LikelihoodsJudged
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import Item, ToolCalled, UserSaid, in_words
from bot.panel.language_model.predicates import INSTRUCTIONS, likelihoods_in, predicates
from bot.panel.model import ConversationId, Expert, WhenUnsure
from bot.panel.routing import gate
from bot.panel.routing.likelihoods import Likelihoods
from bot.panel.turn.turn_context import TurnContext

log = logging.getLogger(__name__)

_SHOWN_ITEMS = 8  # of the router's conversation, the newest
_SHOWN_TEXT = 1_000  # characters of each


async def likely_experts(context: TurnContext) -> tuple[Expert, ...]:
    """Return who is likely wanted, the likeliest first; nobody where the router decides alone."""
    look = context.rules.look
    if look is None or context.panel.rules:  # rules are kept by whoever reads them all
        return ()
    if context.progress.likelihoods is None:
        if context.progress.round_of().asked:
            return ()
        await _judge(context, quiet=look.quiet)
    likelihoods = context.progress.likelihoods or Likelihoods()
    match gate.decide(likelihoods, WhenUnsure.OFF, look.thresholds):
        case gate.Sure(names):
            wanted = look.thresholds.wanted
            sure = (name for name in names if likelihoods.experts[name] >= wanted)
            return tuple(filter(None, map(context.panel.find, sure)))
        case _:
            return ()


async def _judge(context: TurnContext, *, quiet: bool) -> None:
    judged = LikelihoodsJudged(Likelihoods())
    await context.record.note(LikelihoodsAsked())
    try:
        items = [*await _earlier(context), *_question(context)]
        prompt = replace(
            context.router_prompt(ConversationId(""), items),
            model=context.rules.models.decisions,
            instructions=INSTRUCTIONS,
            tools=predicates(context.panel),
            most_output=1,  # it writes nothing that costs
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
    """Return the newest of what was said, and who was asked, as the router remembers it."""
    if (conversation := context.conversations.links.router) is None:
        return ()
    found = list[Item]()
    async with aclosing(context.services.client.model.items(conversation)) as items:
        async for item in items:
            match item:
                case UserSaid(text):
                    found.append(UserSaid(text[:_SHOWN_TEXT]))
                case ToolCalled():  # what was asked stands in the message
                    found.append(replace(item, arguments={}))
            if len(found) == _SHOWN_ITEMS:
                break
    return [UserSaid("\n".join(map(in_words, reversed(found))))] if found else ()
