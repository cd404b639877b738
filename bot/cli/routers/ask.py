"""``panelbot ask``: who would be asked, without Slack."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from bot.characters import visible
from bot.cli.demo import answer
from bot.cli.routers.open_router import channel_option, open_router, panel_option, tell_left_out
from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous
from bot.cli.shared.listing import json_option, print_json

if TYPE_CHECKING:
    from bot.operations.evaluation.router_trial import Decision
    from bot.panel.model import Panel

_MOST_LEFT = 20  # experts that were not asked, by name


@click.command()
@click.argument("question")
@panel_option
@channel_option
@click.option(
    "--answer", "answers", is_flag=True, help="Also let the experts answer, as in the demo."
)
@json_option
@asynchronous()
async def ask(
    question: str, *, panel_file: str | None, channel: str | None, answers: bool, as_json: bool
) -> None:
    """Show which experts the router would ask, and why.

    The experts are not asked, and nothing is stored. A question that names experts (`legal: …`)
    goes to them, as in Slack.
    """
    if not question.strip():
        raise click.UsageError("QUESTION is empty.")
    if channel and not panel_file:
        raise click.UsageError("--channel needs --panel: a file with that channel's panel.")
    if answers:
        if channel:
            raise click.UsageError("--answer has the panel of no channel: leave --channel out.")
        await answer(question, as_json=as_json, panel_file=panel_file)
        return
    async with open_router() as router:
        panel = lazily.router_trial.panel_of(router.config, panel_file, channel or "")
        tell_left_out(panel)
        asked = lazily.questions.Question("asked", question, (frozenset(),))
        decision = await router.trial.decide(panel, asked)
    if as_json:
        print_json(_as_json(decision, panel, router.trial.name))
    else:
        _print(decision, panel, router.trial.name)


def _print(decision: "Decision", panel: "Panel", router: str) -> None:
    if decision.direct:
        click.echo("The question names who is asked:")
    elif decision.chosen:
        click.echo(f"{router} would ask{_effort(decision)}:")
    else:
        click.echo(f"{router} would ask nobody{_effort(decision)}, and answer:")
        for line in decision.text.strip().splitlines():
            click.echo(f"  {visible(line)}")
    if likelihoods := decision.likelihoods.experts:
        ranked = sorted(likelihoods.items(), key=lambda each: -each[1])[:_MOST_LEFT]
        click.echo(f"  How likely: {', '.join(f'{name} {value:.0%}' for name, value in ranked)}")
    if decision.unjudged:
        click.echo(f"  The first look failed: {_line(decision.unjudged)}")
    for one in decision.chosen:
        expert = panel.find(one.expert)
        title = expert.title if expert else one.expert
        click.echo(f"  {title} ({one.expert}){f': {_line(one.reason)}' if one.reason else ''}")
        if one.brief:
            click.echo(f"    Brief: {_line(one.brief)}")
    if decision.unknown:
        unknown = ", ".join(map(_line, decision.unknown))
        click.echo(f"It also called who is not on the panel: {unknown}.")
    if left := [one.name for one in panel.experts if one.name not in decision.experts]:
        more = f" and {len(left) - _MOST_LEFT} more (`--json` has all)"
        click.echo(f"Not asked: {', '.join(left[:_MOST_LEFT])}{more if left[_MOST_LEFT:] else ''}")


def _line(words: str) -> str:
    """Return what a model has written, for a line on a terminal."""
    return visible(" ".join(words.split()))


def _effort(decision: "Decision") -> str:
    if not decision.seconds:
        return ""
    tokens = decision.usage.input + decision.usage.output
    return f" ({decision.seconds:.2f} s, {tokens} tokens, {_dollars(decision.cost)})"


def _dollars(cost: Decimal | None) -> str:
    return "cost unknown" if cost is None else f"${cost:.6f}"


def _as_json(decision: "Decision", panel: "Panel", router: str) -> dict[str, Any]:
    return {
        "router": None if decision.direct else router,
        "direct": decision.direct,
        "asked": [
            {"expert": one.expert, "reason": one.reason, "brief": one.brief}
            for one in decision.chosen
        ],
        "not_asked": [one.name for one in panel.experts if one.name not in decision.experts],
        "unknown": list(decision.unknown),
        "text": decision.text,
        "likelihoods": dict(decision.likelihoods.experts),
        "nobody": decision.likelihoods.nobody,
        "unjudged": decision.unjudged or None,
        "usage": {"input": decision.usage.input, "output": decision.usage.output},
        "cost": None if decision.cost is None else f"{decision.cost:f}",
        "seconds": round(decision.seconds, 3),
    }
