"""``panelbot eval``: how well the router chooses, on questions with known answers."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from bot.cli.routers.collect import collect
from bot.cli.routers.open_router import (
    OpenRouter,
    channel_option,
    open_router,
    panel_option,
    tell_left_out,
)
from bot.cli.shared import lazily
from bot.cli.shared.command import check_writable, progress_bar, run, write
from bot.operations.evaluation.scores import MEASURES, differences
from bot.panel.errors import Refused

if TYPE_CHECKING:
    from bot.operations.evaluation.evaluation import Answering, Run
    from bot.panel.model import Panel
    from bot.settings.config import Config

_FILE = click.Path(exists=True, dir_okay=False)
_TROUBLE = 2  # 1 means that a measure is not as it should be


class _Bound(click.ParamType[tuple[str, float]]):
    """A measure with its bound."""

    name = "MEASURE=VALUE"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        measure, _, bound = value.partition("=")
        if measure not in MEASURES:
            self.fail(f"{measure!r} is not one of {', '.join(MEASURES)}.", param, ctx)
        try:
            number = float(bound)
        except ValueError:
            self.fail(f"{bound!r} is not a number; write {measure}=0.8.", param, ctx)
        if not 0 <= number <= 1:
            self.fail(f"{bound!r} is not from 0 to 1; write {measure}=0.8.", param, ctx)
        return measure, number


class _Dollars(click.ParamType[Decimal]):
    name = "DOLLARS"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is not an amount in dollars.", param, ctx)
        return amount


@dataclass(frozen=True, slots=True)
class _Options:
    questions: str | None
    panel_file: str | None
    channel: str | None
    against: str | None
    answers: bool
    with_examples: bool
    judge: str | None
    repeat: int
    at_once: int
    budget: Decimal | None
    notes_file: str | None
    form: str
    out: str
    least: Sequence[tuple[str, float]]
    most: Sequence[tuple[str, float]]
    no_worse: bool


class _Evaluate(click.Command):
    """The command, and ``collect``: a file of that name is given as ``./collect``."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Return the context of whichever is meant: click goes on with that one."""
        if args[:1] == ["collect"]:
            return collect.make_context(f"{info_name} collect", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("eval", cls=_Evaluate)
@click.argument("questions", required=False, type=_FILE)
@panel_option
@channel_option
@click.option("--against", type=_FILE, help="Another panel to compare with.")
@click.option(
    "--answers",
    is_flag=True,
    help="Also let the experts answer the questions that have checks; this costs more.",
)
@click.option(
    "--with-examples",
    is_flag=True,
    help="Measure what 10, 30 and 100 corrections of other questions improve, as Markdown.",
)
@click.option(
    "--judge",
    metavar="MODEL",
    help="With --answers: the model that judges them.  [default: PANELBOT_EXPERT_MODEL]",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="How often to ask each question.",
)
@click.option(
    "--at-once",
    type=click.IntRange(1, 100),
    default=4,
    show_default=True,
    help="How many questions to ask at a time.",
)
@click.option("--budget", type=_Dollars(), help="Stop once this much is spent.")
@click.option(
    "--notes",
    "notes_file",
    metavar="FILE",
    help="Save results in FILE, and do not ask again what it already has.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "json", "junit"]),
    default="markdown",
    show_default=True,
)
@click.option("--out", metavar="FILE", default="-", show_default="standard output")
@click.option(
    "--at-least", "least", type=_Bound(), multiple=True, help="Exit with 1 if a measure is lower."
)
@click.option(
    "--at-most", "most", type=_Bound(), multiple=True, help="Exit with 1 if a measure is higher."
)
@click.option(
    "--no-worse",
    is_flag=True,
    help="With --against: exit with 1 if F1 is significantly lower.",
)
def evaluate(**given: Any) -> None:
    """Measure how well the router chooses experts.

    QUESTIONS is a file of questions with the right experts; without it, the bundled questions are
    put to all bundled experts. `panelbot eval collect -o FILE` makes a file from people's
    corrections. Exits with 1 if a measure is out of bounds, with 2 on an error.
    """
    options = _Options(**given)
    if options.no_worse and not options.against:
        raise click.UsageError("--no-worse needs --against.")
    if options.judge and not options.answers:
        raise click.UsageError("--judge needs --answers.")
    alone = not (options.against or options.answers or options.repeat > 1 or options.no_worse)
    alone = alone and not (options.least or options.most) and options.form == "markdown"
    if options.with_examples and not alone:
        raise click.UsageError(
            "--with-examples has a report of its own: leave out the options for others."
        )
    if options.channel and not options.panel_file:
        raise click.UsageError("--channel needs --panel: a file with that channel's panel.")
    run(_evaluate(options), exit_code=_TROUBLE, resumes=options.notes_file is not None)


async def _evaluate(options: _Options) -> None:
    questions = lazily.router_trial.questions_of(options.questions)
    if options.answers and not any(question.checks for question in questions):
        raise Refused("No question has checks of its answer (`answer:` in the file).")
    check_writable(options.out)
    async with open_router() as router:
        panels = list(_panels(options, router.config))
        with lazily.notes.noted(options.notes_file) as (notes, keep):
            how = (options.at_once, options.repeat, options.budget)
            evaluation = lazily.evaluation.Evaluation(router.trial, questions, *how, notes, keep)
            for named in panels:  # before anything is paid for
                evaluation.check(*named)
                tell_left_out(*named[::-1])
            runs = []
            if options.with_examples:
                report = await _with_examples(evaluation, router, *panels[0])
                _write(report, options.out)
                return
            for named in panels:
                async with _answering(options, router, named[1]) as answering:
                    runs.append(await _run(evaluation, answering, *named))
    first, *second = runs
    _write(getattr(lazily.reports, f"as_{options.form}")(first, *second), options.out)
    unmet = [*_unmet(options, first), *(_worse(first, *second) if options.no_worse else ())]
    for line in unmet:
        click.echo(f"panelbot: {line}", err=True)
    if unmet:
        sys.exit(1)


async def _with_examples(
    evaluation: "lazily.evaluation.Evaluation", router: OpenRouter, name: str, panel: "Panel"
) -> str:
    learning = lazily.with_examples
    runs = [await _run(evaluation, None, name, panel)]
    for count in learning.COUNTS[1:]:
        evaluation.trial = learning.trial_with(router.trial, count, runs[0].choices)
        runs.append(await _run(evaluation, None, f"{name}, {count} examples", panel))
    return str(learning.as_markdown(runs))


def _write(report: str, out: str) -> None:
    try:
        write(report, out)
    except Refused:
        click.echo(report, nl=False)  # it was paid for
        raise


def _panels(options: _Options, config: "Config") -> Iterator[tuple[str, "Panel"]]:
    """Yield the panels to evaluate, each after what to call it."""
    trial = lazily.router_trial
    if options.questions is None and not options.panel_file:
        yield "All bundled experts", trial.bundled_panel()
    else:
        name = options.panel_file or "The panel of this installation"
        channel = options.channel or ""
        yield f"{name} {channel}".rstrip(), trial.panel_of(config, options.panel_file, channel)
    if options.against:
        channel = options.channel or ""
        against = trial.panel_of(config, options.against, channel, inherits=True)
        yield f"{options.against} {channel}".rstrip(), against


@asynccontextmanager
async def _answering(
    options: _Options, router: OpenRouter, panel: "Panel"
) -> "AsyncIterator[Answering | None]":
    """Open what answers by *panel*, if that is wanted."""
    if not options.answers:
        yield None
        return
    trial = router.trial
    opened = lazily.answers.open_answers(router.environ, panel, trial.prices, trial.name)
    async with opened as answers:
        models = f"{trial.models.expert} and {trial.models.hard}"
        judge = lazily.router_trial.judge_for(trial, options.judge or "", by_rules=router.by_rules)
        yield lazily.evaluation.Answering(answers, judge, models)


async def _run(
    evaluation: "lazily.evaluation.Evaluation",
    answering: "Answering | None",
    name: str,
    panel: "Panel",
) -> "Run":
    with progress_bar() as bar:
        task = bar.add_task(f"Asking about {name}", total=evaluation.size)
        return await evaluation.run(name, panel, lambda: bar.advance(task), answering)


def _unmet(options: _Options, run: "Run") -> Iterator[str]:
    values = lazily.reports.measures(run)
    for side, bounds in (("least", options.least), ("most", options.most)):
        for name, bound in bounds:
            value = values[name]
            if value is None:
                yield f"{name} has no value here, and should be at {side} {bound:g}."
            elif value < bound if side == "least" else value > bound:
                yield f"{name} is {value:.3f}, and should be at {side} {bound:g}."


def _worse(run: "Run", against: "Run") -> Iterator[str]:
    gain, low, high = differences(run.choices, against.choices).get("f1", (0, 0, 0))
    if high < 0:
        yield f"f1 is lower by {-gain:.3f} ({low:+.3f} to {high:+.3f}) than with {against.panel}."
