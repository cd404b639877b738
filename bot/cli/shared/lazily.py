"""What commands work with, imported when a command first uses it.

That takes seconds: too long for a command's help, or to learn that a setting is missing. So the
other modules of ``bot.cli`` import nothing of this themselves.
"""

from types import ModuleType
from typing import TYPE_CHECKING

from bot.cli.shared.importing import imported

if TYPE_CHECKING:
    from bot.adapters.functions import discovery
    from bot.assembly import budgets, operator, parts, storage, upkeep, web, worker
    from bot.assembly.checks import checkup, new_app, service_probes
    from bot.assembly.models import model_server, router_trial
    from bot.assembly.watching import process as watching
    from bot.assembly.workspaces import chosen, installing
    from bot.cli.threads import thread_printing as printing
    from bot.demo import answers, stand_in
    from bot.demo import run as demo
    from bot.operations import decisions, export
    from bot.operations.evaluation import (
        collected,
        evaluation,
        notes,
        questions,
        reports,
        with_examples,
    )
else:
    _ELSEWHERE = {
        "answers": "bot.demo.answers",
        "checkup": "bot.assembly.checks.checkup",
        "chosen": "bot.assembly.workspaces.chosen",
        "collected": "bot.operations.evaluation.collected",
        "decisions": "bot.operations.decisions",
        "demo": "bot.demo.run",
        "discovery": "bot.adapters.functions.discovery",
        "evaluation": "bot.operations.evaluation.evaluation",
        "export": "bot.operations.export",
        "installing": "bot.assembly.workspaces.installing",
        "model_server": "bot.assembly.models.model_server",
        "new_app": "bot.assembly.checks.new_app",
        "notes": "bot.operations.evaluation.notes",
        "printing": "bot.cli.threads.thread_printing",
        "questions": "bot.operations.evaluation.questions",
        "reports": "bot.operations.evaluation.reports",
        "router_trial": "bot.assembly.models.router_trial",
        "service_probes": "bot.assembly.checks.service_probes",
        "stand_in": "bot.demo.stand_in",
        "with_examples": "bot.operations.evaluation.with_examples",
        "watching": "bot.assembly.watching.process",
    }

    def __getattr__(name: str) -> ModuleType:
        return imported(_ELSEWHERE.get(name, f"bot.assembly.{name}"))
