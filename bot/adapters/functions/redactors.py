"""The redactors that installed packages register: loading them, and asking them in a thread."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from inspect import isawaitable

from bot.adapters.functions.entries import Unreadable, load, registered
from bot.characters import whole
from bot.panel.errors import ModelFault, ModelRefused, Refused
from bot.panel.redaction.redaction import Redaction
from bot.redactors import GROUP, LONGEST, Redactor, Text, TextRefused

log = logging.getLogger(__name__)


class InstalledRedactors(Redaction):
    """Asks *redactors*, by name, one after the other. One call at a time, for *longest* seconds."""

    def __init__(
        self, redactors: Sequence[tuple[str, Redactor]], *, longest: float = LONGEST
    ) -> None:
        self._redactors = redactors
        self._longest = longest

    async def redacted(self, texts: Sequence[Text]) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()

        def tell(result: Sequence[str] | BaseException) -> None:
            if answer.done():
                return
            if isinstance(result, BaseException):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        def work() -> None:
            try:
                result: Sequence[str] | BaseException = asyncio.run(self._all(texts))
            except ModelRefused as refused:
                result = refused
            try:
                loop.call_soon_threadsafe(tell, result)
            except RuntimeError:  # the bot has ended meanwhile
                log.info("redaction.late")

        threading.Thread(target=work, daemon=True, name="redaction").start()
        try:
            async with asyncio.timeout(self._longest):
                return await answer
        except TimeoutError:
            log.error("redaction.slow", extra={"seconds": self._longest})  # noqa: TRY400
            raise ModelRefused(ModelFault.UNCHECKED, "redactors take too long") from None

    async def _all(self, texts: Sequence[Text]) -> Sequence[str]:
        return [await self._one(text) for text in texts]

    async def _one(self, text: Text) -> str:
        for name, redact in self._redactors:
            try:
                answer = redact(text)
                new = await answer if isawaitable(answer) else answer
            except TextRefused:
                log.info("redaction.refused", extra={"redactor": name, "kind": str(text.kind)})
                raise ModelRefused(ModelFault.WITHHELD, f"withheld by {name}") from None
            except BaseException as error:  # noqa: BLE001 - also SystemExit: nothing goes out unseen
                raise _failed(name, type(error).__name__) from None
            if not isinstance(new, str):
                raise _failed(name, f"returned a {type(new).__name__}")
            text = Text(whole(new), text.kind)
        return text.text


def _failed(name: str, what: str) -> ModelRefused:
    log.error("redaction.failed", extra={"redactor": name, "reason": what})
    return ModelRefused(ModelFault.UNCHECKED, f"the redactor {name} failed: {what}")


def installed() -> InstalledRedactors | None:
    """Return all redactors; None if there is none. Raises Refused if one cannot be used."""
    found: list[tuple[str, Redactor]] = []
    for one in registered(GROUP):
        if isinstance(one, Unreadable):
            continue  # also told as a package without experts; it registers nothing readable
        loaded = load(one.entry)
        if not callable(loaded):
            raise Refused(
                f"{one.package} registers a redactor, {one.entry.value}, that is no function"
            )
        found.append((one.entry.name, loaded))
    return InstalledRedactors(sorted(found, key=lambda pair: pair[0])) if found else None
