"""What commands work with, imported when a command first uses it.

That takes seconds: too long for a command's help, or to learn that a setting is missing. So the
other modules of ``bot.cli`` import nothing of this themselves.
"""

from types import ModuleType
from typing import TYPE_CHECKING

from bot.cli.shared.importing import imported

if TYPE_CHECKING:
    from bot.adapters.functions import discovery
    from bot.assembly import model_server, operator, parts, storage, upkeep, watching, web, worker
    from bot.assembly.checks import checkup, service_probes
    from bot.cli.shared import thread_printing as printing
    from bot.demo import run as demo
    from bot.operations import export

    __all__ = [
        "checkup",
        "demo",
        "discovery",
        "export",
        "model_server",
        "operator",
        "parts",
        "printing",
        "service_probes",
        "storage",
        "upkeep",
        "watching",
        "web",
        "worker",
    ]
else:
    _ELSEWHERE = {
        "checkup": "bot.assembly.checks.checkup",
        "demo": "bot.demo.run",
        "discovery": "bot.adapters.functions.discovery",
        "export": "bot.operations.export",
        "printing": "bot.cli.shared.thread_printing",
        "service_probes": "bot.assembly.checks.service_probes",
    }

    def __getattr__(name: str) -> ModuleType:
        return imported(_ELSEWHERE.get(name, f"bot.assembly.{name}"))
