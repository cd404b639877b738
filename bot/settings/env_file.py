"""Reading a ``.env`` file: one error names all lines that cannot be understood."""

import re
from collections.abc import Mapping
from io import StringIO

from bot.panel.errors import Refused
from bot.settings.yaml_files.files import text_of

_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def read(path: str) -> Mapping[str, str]:
    """Return what the file at *path* sets; of a name that is there twice, the last counts.

    Nothing in a value is expanded: a ``$`` in a secret stays one. Raises Refused, naming the lines.
    """
    from dotenv.parser import parse_stream  # only who has such a file waits for it

    values: dict[str, str] = {}
    faults: list[str] = []
    for binding in parse_stream(StringIO(text_of(path, path, may_be_pipe=True))):
        written = binding.original.string
        if not (binding.error or binding.key):
            continue
        line = binding.original.line + written[: -len(written.lstrip())].count("\n")
        if binding.error or binding.value is None or not _NAME.fullmatch(binding.key or ""):
            faults.append(f"{path}:{line}: {_fault(written.strip())}")
        elif "\0" in binding.value:
            faults.append(f"{path}:{line}: the value of {binding.key} has a NUL character")
        else:
            values[str(binding.key)] = binding.value
    if faults:
        raise Refused("\n".join(faults))
    return values


def _fault(written: str) -> str:
    name, equals, value = written.removeprefix("export ").partition("=")
    if not equals or not _NAME.fullmatch(name.strip()):
        return "the line should be NAME=value, or begin with #"
    quote, quoted = value.strip()[:1], value.strip()[1:]
    inside, closed, _ = quoted.partition(quote)
    if not closed or "\n" in inside:
        where = "only in another line" if closed else "nowhere"
        return f"the value of {name.strip()} begins with {quote}, which is closed {where}"
    return f"the value of {name.strip()} goes on after its closing {quote}"
