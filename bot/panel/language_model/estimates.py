"""What a request may use at most, as far as that can be told before it is sent.

Of what is attached, and of what tools bring, only a usual amount is known: a request that takes
more than that exceeds a budget by itself alone.
"""

from collections.abc import Iterator

from bot.panel.budgets.ledger import Bill, Estimate, Ledger
from bot.panel.budgets.limits import Account
from bot.panel.language_model.exchange import (
    ModelEvent,
    Prompt,
    Responded,
    TextWritten,
    ToolCalled,
    in_words,
)
from bot.panel.tools import FILE_SEARCH, HostedTool

_BYTES = 3  # of text for a token, at least, in nearly all languages
_ATTACHED = 5_000  # tokens of an image or a document
_BROUGHT = 4_000  # tokens that a tool brings
_CALLS = 2  # of each tool, in one request
_WRITTEN = 16_000  # tokens, where nothing limits how much is written


def tokens_in(text: str) -> int:
    """Return about how many tokens *text* is, rather too many."""
    return -(-len(text.encode(errors="replace")) // _BYTES)


def estimate(prompt: Prompt) -> Estimate:
    """Return what the request *prompt* may use at most."""
    attached = sum(len(getattr(item, "attachments", ())) for item in prompt.items)
    tools = [*_tools(prompt)]
    read = sum(map(tokens_in, _texts(prompt))) + _ATTACHED * attached + _BROUGHT * len(tools)
    calls = dict.fromkeys((name for name in tools if name), _CALLS)
    return Estimate(prompt.model, prompt.conversation, read, prompt.most_output or _WRITTEN, calls)


def _texts(prompt: Prompt) -> Iterator[str]:
    yield prompt.instructions + prompt.addendum
    for tool in prompt.tools:
        yield f"{tool.name}{tool.description}{tool.parameters}{tool.choices}"
    yield from map(in_words, prompt.items)


def _tools(prompt: Prompt) -> Iterator[str]:
    """Yield the tools of the model's side: by name where calls cost, else an empty name."""
    for tool in prompt.server_tools:
        yield tool.value.replace("-", "_") if isinstance(tool, HostedTool) else ""
    if prompt.collections:
        yield FILE_SEARCH.replace("-", "_")


def bill(ledger: Ledger, account: Account, prompt: Prompt) -> Bill:
    """Return the bill of one request."""
    return Bill(ledger, account, estimate(prompt))


def note(paid: Bill, event: ModelEvent) -> None:
    """Note on the bill what *event* tells of the use."""
    match event:
        case TextWritten(delta):
            paid.saw(tokens_in(delta))
        case ToolCalled(arguments=arguments):
            paid.saw(sum(map(tokens_in, arguments.values())))
        case Responded(text, usage):
            paid.saw(0, usage, least=tokens_in(text))
        case _:
            paid.saw(0)
