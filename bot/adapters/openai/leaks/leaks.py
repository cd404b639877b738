"""A whole message of a model, without what only its server should have read."""

from dataclasses import replace

from bot.adapters.openai.leaks import written_calls
from bot.adapters.openai.leaks.text_filter import TextFilter
from bot.panel.citations import Citation
from bot.panel.language_model.exchange import ModelSaid


def without_leaks(said: ModelSaid) -> ModelSaid:
    """Return *said* with thoughts, marks and calls apart from its text."""
    leaks = TextFilter()
    leaks.feed(said.text)
    leaks.end()
    written, text = written_calls.read(leaks.calls, leaks.shown.text), leaks.shown.text
    if text == said.text:
        return replace(said, written=written) if written else said
    return replace(
        said,
        text=text,
        citations=tuple(_moved(citation, leaks) for citation in said.citations),
        thoughts="\n\n".join(filter(None, [said.thoughts, *leaks.thoughts.noted])),
        written=written,
    )


def _moved(citation: Citation, leaks: TextFilter) -> Citation:
    at = None if citation.at is None else leaks.shown.place(citation.at)
    since = None if at is None or citation.since is None else leaks.shown.place(citation.since)
    return replace(citation, at=at, since=since)
