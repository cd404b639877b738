"""The experts' answers to questions of an evaluation, as the demo's thread shows them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.demo.run import Answered, Demo, open_demo
from bot.experts.library import defaults
from bot.operations.evaluation.checks import Answer
from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.router_trial import Chosen, Decision
from bot.panel.errors import Refused
from bot.panel.model import ExpertName, Panel
from bot.panel.prices import Prices, total
from bot.panel.reports.turn_report import Stage, TurnReport
from bot.panel.roster.panel_file import PanelFile
from bot.panel.roster.roster import RosterChanges
from bot.panel.usage import NO_USAGE
from bot.playground.slack.workspace.company import GENERAL
from bot.settings.sections.model import ModelSettings
from bot.settings.setting import settings_of
from bot.settings.yaml_files import panel_writing

# Nothing of this demo is an installation's own: neither its Redis nor its limits.
_UNLIMITED = {
    "PANELBOT_BUDGETS": "workspace $1000000/month",
    "PANELBOT_QUESTIONS_OF_PERSON": "0",
    "PANELBOT_QUESTIONS_OF_CHANNEL": "0",
    "PANELBOT_SLACK_PACE": "0",
}


@dataclass(slots=True)
class AnswerTrial:
    """Puts questions to the whole bot, in threads of a demo; *name* is what reports call it."""

    demo: Demo
    prices: Prices
    name: str

    async def decide(self, panel: Panel, question: Question) -> Decision:
        """Return who was asked, and what they answered."""
        answered = await self.demo.ask(question.text, [one.text for one in question.earlier])
        if answered.report is None:
            raise Refused(f"{question.id} could not be answered.")
        return self._decision(answered, answered.report)

    def _decision(self, answered: Answered, report: TurnReport) -> Decision:
        stages = [*_stages(report)]
        asked = {one.expert: Chosen(one.expert) for one in report.consultations if one.by is None}
        return Decision(
            tuple(asked.values()),
            direct=report.direct,
            usage=sum((stage.usage for stage in stages), NO_USAGE),
            cost=total(self.prices.cost(stage.model, stage.usage) for stage in stages),
            seconds=report.seconds,
            answer=_answer(answered, report),
        )


@asynccontextmanager
async def open_answers(
    environ: Mapping[str, str], panel: Panel, prices: Prices, name: str
) -> AsyncIterator[AnswerTrial]:
    """Open a demo with *panel*, and the models that *environ* names."""
    named = {one.name for one in settings_of(ModelSettings).values()}
    models = {name: value for name, value in environ.items() if name in named}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "panel.yaml"
        path.write_text(panel_writing.write(_as_file(panel)), "utf-8")
        settings = {**models, **_UNLIMITED, "PANELBOT_PANEL_FILE": str(path)}
        async with open_demo(settings, port=0, pace=0) as demo:
            yield AnswerTrial(demo, prices, name)


def _as_file(panel: Panel) -> PanelFile:
    there = {expert.name: expert for expert in panel.experts}
    removed = frozenset(expert.name for expert in defaults()) - there.keys()
    rules, own = (*panel.rules, None, None)[:2]
    changes = RosterChanges(there, removed, panel.synthesis, panel.streaming, rules=rules)
    return PanelFile(changes, {GENERAL: RosterChanges(rules=own)} if own else {})


def _answer(answered: Answered, report: TurnReport) -> Answer:
    failed = {one.expert for one in report.consultations if one.failure}  # theirs say only that
    experts, router = defaultdict[ExpertName, list[str]](list), list[str]()
    for message in answered.messages:
        match message.part.partition(":")[0]:
            case "reply" if message.expert and message.expert not in failed:
                experts[message.expert].append(message.text)
            case "router" | "synthesis":
                router.append(message.text)
    return Answer({name: "\n".join(texts) for name, texts in experts.items()}, "\n".join(router))


def _stages(report: TurnReport) -> Iterator[Stage]:
    yield from (stage for stage in (report.choosing, report.closing) if stage)
    yield from (one.stage for one in report.consultations if one.stage)
