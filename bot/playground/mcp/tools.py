"""What the local tool server can do: look something up, and change something."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.json_types import Json

_PRICES = {"basic": 12, "team": 49, "enterprise": 240}


@dataclass(frozen=True, slots=True)
class RemoteTool:
    """One tool: its description, and what it does with its arguments."""

    name: str
    description: str
    parameters: Mapping[str, str]
    deed: Callable[[Mapping[str, str]], str]
    changes: bool = False  # more than what is read from it

    def shown(self) -> Json:
        """Return it as ``tools/list`` does."""
        texts = {name: {"type": "string", "description": d} for name, d in self.parameters.items()}
        schema = {"type": "object", "properties": texts, "required": [*texts]}
        about = {"readOnlyHint": not self.changes}
        return {
            "name": self.name,
            "description": self.description,
            "inputSchema": schema,
            "annotations": about,
        }


@dataclass(slots=True)
class Shop:
    """A shop that exists nowhere: a price list, and tickets that can be opened."""

    tickets: list[Mapping[str, str]] = field(default_factory=list)

    def tools(self) -> tuple[RemoteTool, ...]:
        """Return what can be done here."""
        plan = {"plan": "Name of the plan: basic, team or enterprise."}
        ticket = {"title": "What it is about, in one line.", "details": "Everything else."}
        return (
            RemoteTool("look_up_price", "Look up the price of a plan.", plan, self._look_up),
            RemoteTool("open_ticket", "Open a ticket.", ticket, self._open, changes=True),
        )

    def _look_up(self, wanted: Mapping[str, str]) -> str:
        said = wanted["plan"].casefold()
        found = [f"{name}: {price} a month" for name, price in _PRICES.items() if name in said]
        return "; ".join(found) or "There are the plans basic, team and enterprise."

    def _open(self, ticket: Mapping[str, str]) -> str:
        self.tickets.append(dict(ticket))
        return f"Ticket {len(self.tickets)} is open."
