"""What the demo's page offers to try, and the question that it begins with.

Each item says who does it, where, and the messages and commands that this person sends. What the
experts or the tools at hand cannot do is not offered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.assembly.panels import default_panel
from bot.json_types import Json
from bot.panel.model import Expert
from bot.panel.tools import HostedTool
from bot.playground.slack.workspace.company import ADA, ERIN, GENERAL, LEGAL, PRODUCT
from bot.settings.config import Config

SLOW = "Take your time"  # the stand-in does, when it is told so

_CONTRACT = """\
Supply contract between Acme and Kestrel Ltd.

1. Kestrel delivers 400 pumps a year at a fixed price of 4,200 euros each.
2. Either side may end this contract with three months' notice to the end of a quarter.
3. Kestrel is liable for late deliveries with 1 % of their price for each week, 5 % at most.
4. Both sides keep prices and drawings secret, also for two years after the end.
"""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the demo that is running can do."""

    experts: Sequence[Expert]  # on the panel
    changes_panel: bool = True
    opens_tickets: bool = True  # at a server of its own
    reads_files: bool = True
    can_be_slow: bool = True


def abilities(config: Config, *, own_tickets: bool) -> Abilities:
    """Return what the demo with *config* can do. Raises Refused if its panel cannot be read."""
    is_old_api = config.backend == "assistants"
    return Abilities(
        experts=default_panel(config).experts,
        changes_panel=not config.panel_file,
        opens_tickets=own_tickets and not (is_old_api or config.panel_file),
        reads_files=not is_old_api,
        can_be_slow=not is_old_api,
    )


class TryThis:
    """The items for a demo with these *abilities*."""

    def __init__(self, abilities: Abilities) -> None:
        self._can = abilities
        names = [expert.name for expert in abilities.experts]
        self._is_ours = {"legal", "finance", "security"} <= set(names)
        self._two = "legal, finance" if self._is_ours else ", ".join(names[:2])

    def opening_question(self) -> str:
        """Return what is asked at the start, so that there is a thread to read."""
        if not self._is_ours:
            return f"{self._two}: What do you look at first?"
        return (
            "We want to keep our customers' e-mail addresses with a cloud service. "
            "Does GDPR allow that, is it secure, and what would it cost?"
        )

    def items(self) -> list[Json]:
        """Return the items, in the order to try them in; none where nobody could answer."""
        return [*self._items()] if self._can.experts else []

    def _items(self) -> Iterator[Json]:
        question = f"{self._two}: What would you ask us before we launch?"
        if self._is_ours:
            question = "Can we use this MIT library in a closed product, and what would it cost?"
        yield _item("Ask a question", _mention(question))
        if self._can.reads_files:
            reader = self._two.split(", ")[0]
            asked = f"{reader}: How do we get out of this contract, with what notice?"
            contract = {"name": "supply-contract.md", "text": _CONTRACT}
            yield _item("Give a document", {**_mention(asked), "files": [contract]})
        if counter := self._with_tool(HostedTool.CODE_INTERPRETER):
            asked = f"{counter}: Please chart our monthly revenue: 120, 150, 90, 210 and 260."
            yield _item("Chart numbers", _mention(asked))
        if self._can.opens_tickets:
            asked = "support: Please open a ticket: the login is slow."
            yield _item("Approve a ticket", {"text": "/experts add support"}, _mention(asked))
        if self._can.changes_panel:
            yield _item("Make your own expert", {"text": "/experts add"})
        if self._can.can_be_slow:
            asked = f"{self._two}: {SLOW}: What could go wrong when we change our bank?"
            # Elsewhere, so that the rate limit of a busy channel does not hold back the button.
            yield _item("Stop an answer", _mention(asked), channel=PRODUCT)
        poor = (
            {"text": "/experts budget $0/day"},
            _mention(f"{self._two}: What do you look at first?"),
        )
        yield _item("Use up a budget", *poor, channel=LEGAL)
        asked = f"{self._two}: Was müssen wir vor dem Vertrag mit dem neuen Lieferanten klären?"
        yield _item("See what a German colleague sees", _mention(asked), user=ERIN)

    def _with_tool(self, tool: str) -> str | None:
        able = [expert.name for expert in self._can.experts if tool in expert.tools]
        return able[0] if able else None


def _item(title: str, *messages: Json, user: str = ADA, channel: str = GENERAL) -> Json:
    return {"title": title, "user": user, "channel": channel, "messages": messages}


def _mention(text: str) -> Json:
    return {"text": f"@panelbot {text}"}
