"""What forms and buttons are about; Slack sends it back with them."""

from dataclasses import dataclass

from bot.json_types import Json
from bot.panel.model import ExpertName


@dataclass(frozen=True, slots=True)
class FormTarget:
    """The panel of a channel, or the defaults; perhaps one expert in it."""

    channel_id: str  # empty in the app's home, which changes the defaults
    for_defaults: bool = False
    name: ExpertName | None = None  # None: a new expert, or the panel itself

    def dump(self) -> Json:
        """Return it as plain data, which older versions read, too."""
        scope, verb = "default" if self.for_defaults else "channel", "edit" if self.name else "add"
        return {"channel": self.channel_id, "scope": scope, "verb": verb, "name": self.name or ""}

    @classmethod
    def load(cls, stored: Json) -> "FormTarget":
        """Return what ``dump`` made. Raises ValueError if it is anything else."""
        match stored:
            case {"channel": str(channel), "scope": "channel" | "default" as scope} if (
                channel or scope == "default"
            ):
                name = str(stored.get("name") or "")
                return cls(channel, scope == "default", ExpertName(name) if name else None)
        raise ValueError("no panel is named")

    @property
    def expert(self) -> ExpertName:
        """The expert. Raises ValueError if there is none."""
        if not self.name:
            raise ValueError("no expert is named")
        return self.name
