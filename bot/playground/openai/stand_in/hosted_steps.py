"""What a model does with the tools that come with it: the web, code, and drawing."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SearchWeb:
    """The model searches the web."""

    query: str
    found: tuple[str, ...] = ()  # addresses


@dataclass(frozen=True, slots=True)
class RunCode:
    """The model runs code, which prints *logs* and leaves *files* in a container."""

    code: str
    logs: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    container: str = ""  # the server's


@dataclass(frozen=True, slots=True)
class Draw:
    """The model draws an image."""

    prompt: str
    image: bytes


@dataclass(frozen=True, slots=True)
class CitePage:
    """A web page that a message relies on, and the words that lead to it."""

    url: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CiteMade:
    """A file that the model's code has left, and the words that lead to it."""

    filename: str
    start: int
    end: int
    container: str = ""  # the server's
    file_id: str = ""


HostedStep = SearchWeb | RunCode | Draw
HOSTED = {  # how requests name the tools
    SearchWeb: "web_search",
    RunCode: "code_interpreter",
    Draw: "image_generation",
}
