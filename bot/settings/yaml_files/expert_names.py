"""Names in a panel file that nobody has: a misspelt colleague would never be asked."""

from collections.abc import Collection, Iterator

from bot.panel.names import did_you_mean
from bot.panel.tools import HostedTool, name_of
from bot.settings.yaml_files.yaml_nodes import YamlNode

_TOOLS = tuple(map(name_of, HostedTool))
_OF_SERVERS = "mcp:"  # which the tools file names


def check_names(root: YamlNode, known: Collection[str]) -> None:
    """Note the names of experts that are neither *known* nor in the file, and unknown tools."""
    own = {name.raw.value for expert in _experts(root) if (name := expert.find("name"))}
    experts = sorted({*known, *own})
    for scope in _scopes(root):
        for name in _elements(scope, "remove"):
            _check(name, experts, "expert")
    for expert in _experts(root):
        for name in _elements(expert, "consults"):
            _check(name, experts, "expert")
        for tool in _elements(expert, "tools"):
            if not tool.raw.value.startswith(_OF_SERVERS):
                _check(tool, _TOOLS, "tool")


def _check(name: YamlNode, known: Collection[str], kind: str) -> None:
    if (text := name.raw.value) not in known:
        hint = did_you_mean(text, known)
        name.note(f"contains “{text[:40]}”, but there is no such {kind}.{hint}")


def _experts(root: YamlNode) -> Iterator[YamlNode]:
    for scope in _scopes(root):
        for item in _elements(scope, "experts", texts=False):
            yield item.known_by("name", "an expert")


def _scopes(root: YamlNode) -> Iterator[YamlNode]:
    if defaults := root.find("defaults"):
        yield defaults
    if channels := root.find("channels"):
        yield from channels.values()


def _elements(node: YamlNode, field: str, *, texts: bool = True) -> Iterator[YamlNode]:
    """Yield the elements of a list, as far as it is one: the reader tells what is not."""
    found = node.find(field)
    for item in found.items() if found and found.is_list else ():
        if item.is_text == texts:
            yield item
