"""A trial of the router: it is asked as in a turn, but nobody is consulted and nothing is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

from bot import runtime
from bot.operations.evaluation.checks import Answer
from bot.operations.evaluation.exchange import asked_once
from bot.operations.evaluation.questions import Earlier, Experts, Question
from bot.panel.intake.addressing import addressed
from bot.panel.language_model import expert_calls, prompts
from bot.panel.language_model.exchange import (
    Item,
    ModelSaid,
    Prompt,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.language_model.judging.likelihood_requests import Told, ask_likelihoods
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.language_model.model_client import ModelClient
from bot.panel.language_model.router_prompt import router_prompt
from bot.panel.model import (
    CallId,
    ConversationId,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    Panel,
    UserId,
)
from bot.panel.prices import Prices, total
from bot.panel.routing import gate
from bot.panel.routing.corrections import Correction
from bot.panel.routing.gate import Look
from bot.panel.routing.likelihoods import Likelihoods
from bot.panel.usage import NO_USAGE, Usage
from bot.panel.utterance import Utterance

_ASKER = "Somebody"
_ANSWERED = "It is answered in the thread."  # in place of what experts have said before


@dataclass(frozen=True, slots=True)
class Chosen:
    """An expert that was asked, with what the router said of it."""

    expert: ExpertName
    reason: str = ""
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is asked a question, what they answer, and what it took to find out."""

    chosen: tuple[Chosen, ...]
    text: str = ""  # the router's own answer
    direct: bool = False  # people named the experts: the router was not asked
    unknown: tuple[str, ...] = ()  # names that it called, and nobody has
    usage: Usage = NO_USAGE
    cost: Decimal | None = Decimal(0)  # in dollars; None: the model has no price
    seconds: float = 0.0
    likelihoods: Likelihoods = field(default_factory=Likelihoods)  # of a first look
    unjudged: str = ""  # why a first look told nothing
    answer: Answer | None = None  # if the experts were asked

    @property
    def experts(self) -> Experts:
        """The names of who is asked."""
        return frozenset(one.expert for one in self.chosen)


@dataclass(slots=True)
class RouterTrial:
    """Asks the router of any panel whom it would ask; *name* is what reports call the router."""

    client: ModelClient
    models: ModelChoice
    prices: Prices
    name: str
    look: Look | None = None

    @property
    def key(self) -> str:
        """What decides, and how: a first look, and its thresholds, choose others."""
        return f"{self.name} {self.look}" if self.look else self.name

    async def decide(
        self, panel: Panel, question: Question, examples: Sequence[Correction] = ()
    ) -> Decision:
        """Return who of *panel* is asked *question*. Raises ModelUnavailable or ModelRefused.

        *examples* are corrections that the router is shown.
        """
        named = addressed([_as_message(question)], panel)
        if named:
            return Decision(tuple(Chosen(expert.name) for expert in named), direct=True)
        began = runtime.monotonic()
        asked = _asked(question.text, len(question.earlier))
        models, nowhere, key = self.models, ConversationId(""), "router:trial"
        prompt = router_prompt(models, panel, nowhere, [asked], cache_key=key, examples=examples)
        looked = await self._looked(panel, question, prompt)
        judged, spent = looked.likelihoods, looked.total
        look_cost = total(self.prices.cost(*used) for used in looked.usage.items())
        likely = gate.likely(judged, self.look.thresholds) if self.look else ()
        if len(likely) == 1:
            asked_at_once = (Chosen(likely[0]),)
            seconds = runtime.monotonic() - began
            return Decision(
                asked_at_once, usage=spent, cost=look_cost, seconds=seconds, likelihoods=judged
            )
        items = [*_earlier(question.earlier, panel), *prompt.items]
        prompt = replace(prompt, items=tuple(items))
        if likely:
            names = set(map(prompts.tool_name, likely))
            prompt = replace(prompt, tools=tuple(t for t in prompt.tools if t.name in names))
        made, last = await asked_once(self.client, prompt)
        calls = [one for call in made for one in expert_calls.called_one_by_one(call, panel)]
        found = [(call, expert_calls.expert_called(call.tool, panel)) for call in calls]
        return Decision(
            tuple({e.name: _chosen(call, e) for call, e in reversed(found) if e}.values())[::-1],
            last.text,
            unknown=tuple(call.tool for call, expert in found if not expert),
            usage=last.usage + spent,
            cost=total([look_cost, self.prices.cost(last.model or self.models.router, last.usage)]),
            seconds=runtime.monotonic() - began,
            likelihoods=judged,
            unjudged=looked.failed,
        )

    async def _looked(self, panel: Panel, question: Question, prompt: Prompt) -> Told:
        """Return how likely each expert is wanted, as a first look in a turn would, or nothing.

        Two samples are compared whether or not the channel asks people.
        """
        if (look := self.look) is None:
            return Told(Likelihoods(), {})
        decides = look.decisions and not (panel.rules or prompt.addendum)
        earlier = [*_earlier(question.earlier, panel)][::-1]
        judge = self.models.decisions if decides else ""
        return await ask_likelihoods(
            self.client, prompt, earlier, panel, judge=judge, quiet=True, samples=look.agreement
        )


def _as_message(question: Question) -> Message:
    return Message(_ts(len(question.earlier)), UserId("U0"), question.text, mentioned=True)


def _earlier(asked: tuple[Earlier, ...], panel: Panel) -> Iterator[Item]:
    """Yield what the router's conversation holds of what was asked before."""
    ids = (CallId(f"call_{number}") for number in count())
    for nth, one in enumerate(asked):
        yield _asked(one.text, nth)
        experts = [expert for expert in map(panel.find, one.asked) if expert]
        calls = [
            ToolCalled(next(ids), prompts.tool_name(expert.name), {"brief": one.text})
            for expert in experts
        ]
        yield from calls
        yield from (ToolAnswered(call.call_id, _ANSWERED) for call in calls)
        yield ModelSaid(_ANSWERED)


def _asked(text: str, nth: int) -> UserSaid:
    return prompts.for_router([Utterance(_ts(nth), _ASKER, text)])


def _ts(nth: int) -> MessageTs:
    return MessageTs(f"{nth + 1}.0")


def _chosen(call: ToolCalled, expert: Expert) -> Chosen:
    made = expert_calls.as_call(call, expert, call.call_id)
    return Chosen(expert.name, made.reason, made.brief)
