"""Asking models how likely each expert is wanted: decisions, else two samples of the router.

1. Samples are asked as the router is, with its rules and examples, but without reasons and briefs.
   Of their responses, nothing is kept.
2. A sample that is lost, or not understood, leaves nothing to compare: nothing is known then.
3. Whatever cannot be asked is only logged: the router decides by itself.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.panel.errors import ModelRefused, ModelUnavailable, NoDecisions
from bot.panel.language_model.exchange import Item, Prompt, Responded, ToolCalled
from bot.panel.language_model.expert_calls import called_one_by_one, expert_called
from bot.panel.language_model.judging.predicates import judging, likelihoods_in, retold
from bot.panel.language_model.model_client import ModelClient
from bot.panel.language_model.prompts import tool_name
from bot.panel.model import ConversationId, Expert, Panel
from bot.panel.routing.likelihoods import Likelihoods, Wanted, agreement
from bot.panel.usage import NO_USAGE, Usage

log = logging.getLogger(__name__)

_SAMPLES = 2
_PATIENCE = 30.0  # seconds
_MOST_OUTPUT = 1_000  # tokens: some thirty are usual, but there are models that think
_BRIEFLY = """
This time, only say whom you would consult: call their tools, and write nothing. If no expert \
fits, write the one word “nobody”."""


@dataclass(frozen=True, slots=True)
class Told:
    """How likely each expert is wanted, and what it took; if nothing is known, why it *failed*."""

    likelihoods: Likelihoods
    usage: Mapping[str, Usage]  # by the model
    failed: str = ""

    @property
    def total(self) -> Usage:
        """What all requests took."""
        return sum(self.usage.values(), NO_USAGE)


async def ask_likelihoods(
    client: ModelClient,
    prompt: Prompt,
    earlier: Sequence[Item],
    panel: Panel,
    *,
    judge: str,
    quiet: bool,
    samples: bool,
) -> Told:
    """Return how likely each expert of *panel* is wanted by the router's *prompt*.

    *earlier* is what came before, the newest first. The model *judge* is asked for decisions (if it
    is named; *quiet* where the server may have none), and if these tell nothing, for *samples*.
    """
    likelihoods, usage, failed = Likelihoods(), dict[str, Usage](), ""
    if judge:
        try:
            judged = await client.judge(judging(prompt, earlier, panel, judge))
            likelihoods = likelihoods_in(judged.likelihoods, panel)
            usage[judge] = judged.usage
        except (ModelRefused, ModelUnavailable) as error:
            failed = str(error)
            is_expected = quiet and isinstance(error, NoDecisions)
            level = logging.DEBUG if is_expected else logging.WARNING
            log.log(level, "router.no_decisions", extra={"reason": failed})
    if samples and not likelihoods.experts:
        likelihoods, spent = await _compared(client, sampling(prompt, earlier), panel)
        usage[prompt.model] = usage.get(prompt.model, NO_USAGE) + spent
        failed = "" if likelihoods.experts else "two samples could not be compared"
    return Told(likelihoods, usage, failed)


def sampling(prompt: Prompt, earlier: Iterable[Item]) -> Prompt:
    """Return the router's *prompt* for samples, with what came *earlier*, the newest first."""
    return replace(
        prompt,
        conversation=ConversationId(""),
        items=(*retold(earlier), *prompt.items),
        tools=tuple(replace(tool, parameters={}) for tool in prompt.tools),
        most_output=min(prompt.most_output or _MOST_OUTPUT, _MOST_OUTPUT),
        addendum=prompt.addendum + _BRIEFLY,
    )


async def _compared(client: ModelClient, prompt: Prompt, panel: Panel) -> tuple[Likelihoods, Usage]:
    async with asyncio.TaskGroup() as tasks:
        taking = [tasks.create_task(_taken(client, prompt, panel)) for _ in range(_SAMPLES)]
    (first, used), (second, used_too) = (task.result() for task in taking)
    if first is None or second is None:
        return Likelihoods(), used + used_too
    names = [expert.name for expert in panel.experts]
    return agreement(first, second, names), used + used_too


async def _taken(client: ModelClient, prompt: Prompt, panel: Panel) -> tuple[Wanted | None, Usage]:
    """Return whom a sample wants, None if that is not known, and what it took."""
    try:
        async with asyncio.timeout(_PATIENCE):
            calls, last = await client.ask_once(prompt)
    except (ModelRefused, ModelUnavailable, TimeoutError) as error:
        log.warning("router.no_sample", extra={"reason": str(error) or type(error).__name__})
        return None, NO_USAGE
    return _wanted(calls, last, panel), last.usage


def _wanted(calls: Sequence[ToolCalled], last: Responded, panel: Panel) -> Wanted | None:
    """Return whom a sample wants; None if that is not clear."""
    written = last.written.calls if last.written else ()  # weak models do; nobody carries them out
    made = [one for call in (*calls, *written) for one in called_one_by_one(call, panel)]
    if found := {expert.name for one in made if (expert := expert_called(one.tool, panel))}:
        return found
    said = last.text.casefold()
    names_somebody = any(one in said for expert in panel.experts for one in _names(expert))
    return None if made or names_somebody or not said.strip() else found


def _names(expert: Expert) -> tuple[str, str]:
    return tool_name(expert.name), expert.title.casefold()
