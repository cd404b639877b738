"""What large panels cost: how much of one a model reads, and what showing it to people takes."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bot.adapters.openai import one_tool
from bot.adapters.openai.responses.request_builder import RequestBuilder
from bot.adapters.openai.server.server_limits import ServerLimits
from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.connection.embedded import embedded_server
from bot.adapters.redis.stores.panel_store import RedisPanelStore
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.blocks import seals
from bot.adapters.slack.experts import panel_messages
from bot.adapters.slack.home import home_view
from bot.panel.language_model import instructions, prompts
from bot.panel.language_model.exchange import Prompt, UserSaid
from bot.panel.model import ConversationId, Effort, Expert, ExpertName, Panel, Synthesis
from bot.panel.reports.overview import Figures, Overview
from bot.panel.roster.panel_reader import Catalogue, PanelEntry, PanelReader
from bot.panel.roster.roster import ChannelScope, RosterChanges, WorkspaceScope
from bot.playground.openai import tokens
from tests.benchmarks.figures import Effort as Rounds
from tests.benchmarks.figures import Figure, Goal

NAME = "large panels"
SIZES = (10, 65, 100, 128, 200, 500)
SINGLE, ONE = "a tool for each", "one tool"
PURPOSE = "contracts, licences and liability in the field of number {}, and what people ask of it"

Sent = dict[str, Any]
Form = Callable[[Prompt], Sent]


async def measure(effort: Rounds) -> list[Figure]:
    """Compare both forms at each size, whichever the bot takes."""
    figures = await _homes(effort.rounds)
    for size in SIZES:
        after = _prompt(size + 1)
        before = replace(after, tools=after.tools[: size // 2] + after.tools[size // 2 + 1 :])
        single, one = _read(_single(before)), _read(_one(before))
        name = f"{size} experts"
        figures += [
            Figure(NAME, f"{name}: read at first", one, "tokens", single, SINGLE),
            Figure(NAME, f"{name}: not cached, next turn", *_next(_one, _single, before)),
            Figure(
                NAME,
                f"{name}: not cached, one more in the middle",
                _read(_one(after)) - _shared(_one(before), _one(after)),
                "tokens",
                _read(_single(after)) - _shared(_single(before), _single(after)),
                SINGLE,
            ),
            Figure(NAME, f"{name}: making the request", *_times(before, effort.rounds)),
        ]
    return figures


async def _homes(rounds: int) -> list[Figure]:
    """Compare a large workspace's home and its ``/experts`` with those of a tenth of its size."""
    small, large = [await _shown(size, 10 * size, rounds) for size in (10, 100)]
    names = "the app's home", "the answer to /experts"
    return [
        Figure(
            NAME,
            f"{name}, 100 experts and 1,000 channels: processor time",
            seconds,
            "s",
            tenth * 10,
            "ten of a tenth",
            Goal(0.1, of_ratio=False),
        )
        for name, seconds, tenth in zip(names, large, small, strict=True)
    ]


async def _shown(size: int, channels: int, rounds: int) -> tuple[float, float]:
    """Return the seconds that a home takes, from Redis to JSON, and ``/experts``."""
    experts, team = _experts(size), WorkspaceScope("T0ACME")
    async with embedded_server() as url:
        redis = connect(url)
        store = RedisPanelStore(redis)
        own = RosterChanges({one.name: one for one in experts[:3]})
        for number in range(channels):
            await store.put(ChannelScope(team.team_id, f"C{number:010}"), own)
        reader = PanelReader(store, Catalogue(experts, experts))

        async def home() -> Sent:
            changed = await reader.changed_channels(team.team_id)
            overview = _overview(await reader.entries(team), changed)
            return home_view.home(overview, with_charts=True)

        async def listed() -> Sent:
            answer = panel_messages.panel(await reader.entries(team), Synthesis.AUTO, team)
            return {"blocks": list(answer.blocks)}

        taken = await _processor(home, rounds), await _processor(listed, rounds)
        await redis.aclose()
    return taken


def _overview(
    entries: Sequence[PanelEntry], channels: Sequence[tuple[str, RosterChanges]]
) -> Overview:
    experts = [entry.expert for entry in entries]
    return Overview(
        entries=entries,
        addable=experts,
        synthesis=Synthesis.AUTO,
        handles={},
        channels=channels,
        month="2026-11",
        months=["2026-11", "2026-10"],
        figures=[Figures(one.name, one.title, 1_000) for one in experts],
        prices_as_of="2026-11-01",
        admins=[],
        may_change=True,
    )


async def _processor(show: Callable[[], Awaitable[Sent]], rounds: int) -> float:
    """Return the processor time that it takes to make something for Slack, sealed."""
    signer, place, taken = StampSigner(["s" * 16]), seals.in_home("T0ACME", "U1"), []
    for _ in range(rounds + 1):
        begun = process_time()
        shown = await show()
        json.dumps(seals.sealed(shown["blocks"], signer, place))
        taken.append(process_time() - begun)
    return median(taken[1:])  # the first one warms up


def _experts(size: int) -> list[Expert]:
    return [
        Expert(ExpertName(f"field-{n:03}"), f"Field {n} Counsel", ":scales:", PURPOSE.format(n), "")
        for n in range(size)
    ]


def _prompt(size: int) -> Prompt:
    experts = _experts(size)
    return Prompt(
        ConversationId("conv_1"),
        "gpt-6-luna",
        Effort.LOW,
        instructions.ROUTER_INSTRUCTIONS,
        (UserSaid("What may we do with this library, and what does it cost us? " * 4),),
        prompts.tools(Panel((*experts,))),
    )


def _single(prompt: Prompt) -> Sent:
    """Return the request with a tool for each expert, even where the bot makes no such one."""
    sent = RequestBuilder("", _AsTheyAre()).build(prompt)
    return {"tools": sent["tools"], "instructions": sent["instructions"]}


def _one(prompt: Prompt) -> Sent:
    """Return the request with one tool, even where the bot makes no such one."""
    sent = RequestBuilder("", _AsTheyAre()).build(one_tool.offered(prompt, most=0))
    return {"tools": sent["tools"], "instructions": sent["instructions"]}


class _AsTheyAre(ServerLimits):
    def offered(self, prompt: Prompt, most: int = 0) -> Prompt:
        return prompt


def _text(sent: Sent) -> str:
    """Return what the model reads, in the order in which a cache compares it."""
    return json.dumps(sent["tools"]) + sent["instructions"]


def _read(sent: Sent) -> int:
    return tokens.count(_text(sent))


def _shared(before: Sent, after: Sent) -> int:
    """Return how many tokens both begin with."""
    pairs = zip(_text(before), _text(after), strict=False)
    same = next((n for n, (a, b) in enumerate(pairs) if a != b), len(_text(before)))
    return tokens.count(_text(before)[:same])


def _next(one: Form, single: Form, prompt: Prompt) -> tuple[float, str, float, str]:
    """Return what is new in the next turn of a thread: the message, and nothing of the panel."""
    question = UserSaid("And what if we sell it?")
    later = replace(prompt, items=(question,))
    new = tokens.count(question.text)
    changed = [_read(form(later)) - _shared(form(prompt), form(later)) for form in (one, single)]
    return new + changed[0], "tokens", new + changed[1], SINGLE


def _times(prompt: Prompt, rounds: int) -> tuple[float, str, float, str]:
    return _seconds(_one, prompt, rounds), "s", _seconds(_single, prompt, rounds), SINGLE


def _seconds(form: Form, prompt: Prompt, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begun = perf_counter()
        json.dumps(form(prompt))
        times.append(perf_counter() - begun)
    return sorted(times)[rounds // 2]
