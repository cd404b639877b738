"""The text of a stream as people may read it while it is written: no thoughts, no marks."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.adapters.openai.leaks.text_filter import TextFilter
from bot.panel.language_model.exchange import ModelEvent, Prompt, Responded, TextWritten

# Models whose own server takes everything out.
_HOSTED = re.compile(r"(?:.*/)?(?:gpt-(?!oss)|chatgpt-|o\d)", re.IGNORECASE)
_LIKE_A_CALL = re.compile(r"\s*(?:[\[{]|```)")


class ThinkingModels:
    """Which models close thoughts that they have not opened, as their first texts show."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}

    def may_think_aloud(self, model: str) -> bool:
        """Whether a text of *model* may be a thought until it is whole."""
        return self._known.get(model, _HOSTED.match(model) is None)

    def learn(self, model: str, text: TextFilter) -> None:
        if text.thoughts.closed_unopened or text.shown.text.strip():
            self._known[model] = text.thoughts.closed_unopened or self._known.get(model, False)


async def filtered(
    events: AsyncGenerator[ModelEvent, None], prompt: Prompt, models: ThinkingModels
) -> AsyncGenerator[ModelEvent, None]:
    """Yield *events*, with what people may read of the text that is written meanwhile."""
    text = _GrowingText(prompt, thinks=models.may_think_aloud(prompt.model))
    async with aclosing(events):
        async for event in events:
            match event:
                case TextWritten(delta):
                    if shown := text.feed(delta):
                        yield TextWritten(shown)
                case Responded():
                    if shown := text.end():
                        yield TextWritten(shown)
                    models.learn(prompt.model, text.filter)
                    yield event
                case _:
                    yield event


class _GrowingText:
    """A text that grows where people see it; *thinks* if all of it may turn out to be a thought."""

    def __init__(self, prompt: Prompt, *, thinks: bool) -> None:
        self.filter = TextFilter()
        self._thinks = thinks
        self._may_be_call = bool(prompt.tools) and not _HOSTED.match(prompt.model)
        self._waiting: list[str] = []
        self._is_like_call = self._shown = False

    def feed(self, delta: str) -> str:
        return self._released(self.filter.feed(delta))

    def end(self) -> str:
        fresh, self._thinks = self.filter.end(), False
        return self._released(fresh)  # not a call: the whole response tells whether it is one

    def _released(self, fresh: str) -> str:
        if self.filter.shown.took_back and self._shown:
            return ""  # what is shown is wrong: the whole reply takes its place
        if self.filter.shown.took_back:
            self._waiting = [self.filter.shown.text.removesuffix(fresh)]
            self._is_like_call = self.filter.shown.took_back = False
        self._waiting.append(fresh)
        thoughts = self.filter.thoughts
        if self._thinks and not (thoughts.any_ended or thoughts.closed_unopened):
            return ""
        if self._is_like_call:
            return ""
        text = "".join(self._waiting)
        self._is_like_call = self._may_be_call and bool(_LIKE_A_CALL.match(text))
        if self._may_be_call and (self._is_like_call or not text.strip()):
            return ""
        self._may_be_call, self._waiting = False, []
        self._shown = self._shown or bool(text.strip())
        return text
