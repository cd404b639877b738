"""Threads on a terminal: what was said, and the conversations behind it."""

from rich.emoji import Emoji
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from bot.cli.shared.terminal import console
from bot.demo.run import Answered
from bot.panel.links import ThreadLinks, experts_on
from bot.panel.model import ExpertName, ThreadRef


def print_links(thread: ThreadRef, links: ThreadLinks) -> None:
    """Print the links of *thread* as a tree."""
    console().print(_tree(thread, links))


def print_answered(answered: Answered, footer: str) -> None:
    """Print a thread that was answered, its links, and *footer*."""
    shown = console(highlight=False)
    for message in answered.messages:
        badge = Text(" APP ", "reverse") if message.is_app else Text("")
        icon = Emoji.replace(message.icon)
        shown.print(Text.assemble((f"{icon} {message.author}".strip(), "bold"), "  ", badge))
        markdown = message.text.replace("\n• ", "\n- ")  # the plan has Slack's bullets
        body = Markdown(markdown) if message.is_app else Text(message.text)
        shown.print(Padding(body, (0, 0, 1, 3)))
    shown.print(_tree(answered.thread, answered.links))
    shown.print(Text(footer, "dim"))


def _tree(thread: ThreadRef, links: ThreadLinks) -> Tree:
    root = Tree(f"Slack thread {thread.place}")
    router = root.add(f"router  {links.router}")
    branches: dict[tuple[ExpertName, ...], Tree] = {(): router}
    paths = sorted((experts_on(path), conversation) for path, conversation in links.experts.items())
    for path, conversation in paths:
        parent = branches.get(path[:-1], router)  # its own conversation may be gone
        branches[path] = parent.add(f"{path[-1]}  {conversation}")
    return root
