"""The sentences about attached files and files that experts made. Markdown."""

from collections.abc import Sequence

from bot.language import gettext, ngettext, number
from bot.panel.texts.sentences import listed, quoted


def file_empty(name: str) -> str:
    return gettext("{file} is empty.", file=quoted(name))


def file_kind(name: str) -> str:
    return gettext(
        "{file} is of a kind that I cannot read: images (PNG, JPEG, GIF, WebP), PDF, "
        "office documents, and text in UTF-8 are fine.",
        file=quoted(name),
    )


def file_too_large(name: str, limit: int) -> str:
    return gettext(
        "{file} is larger than {limit}, the most that I take.",
        file=quoted(name),
        limit=_megabytes(limit),
    )


def files_too_large(name: str, limit: int) -> str:
    return gettext(
        "With {file} the files would be larger than {limit} together.",
        file=quoted(name),
        limit=_megabytes(limit),
    )


def file_too_many(name: str, limit: int) -> str:
    return ngettext(
        "{file} is one too many: I take {count} file at once.",
        "{file} is one too many: I take {count} files at once.",
        limit,
        file=quoted(name),
    )


def file_withheld(name: str) -> str:
    return gettext("I could not get {file} from Slack; please attach it again.", file=quoted(name))


def file_gone(name: str) -> str:
    return gettext("{file} is not there any more.", file=quoted(name))


def file_hidden(name: str) -> str:
    """Return why an attached file is not used."""
    return gettext(
        "Slack does not give {file} any more: this workspace's plan keeps only the latest files.",
        file=quoted(name),
    )


def file_native(name: str) -> str:
    """Return why an attached canvas or list is not used."""
    return gettext(
        "{file} is a canvas or a list in Slack, which I cannot open: paste what matters, or attach "
        "it as a PDF.",
        file=quoted(name),
    )


def file_cut(name: str, limit: int) -> str:
    return gettext(
        "{file} is long: the experts get its first {limit} characters.",
        file=quoted(name),
        limit=number(limit),
    )


def files_unused(problems: Sequence[str]) -> str:
    if len(problems) == 1:
        return f":paperclip: {problems[0]}"
    heading = gettext("About the attached files:")
    return "\n".join([f":paperclip: {heading}", *(f"- {p}" for p in problems)])


def files_unopened(names: Sequence[str]) -> str:
    note = gettext("The model could not open these files:")
    return f":paperclip: _{note}_ {', '.join(map(quoted, names))}"


def files_made(names: Sequence[str], problems: Sequence[str]) -> str:
    made = [f":paperclip: {listed([quoted(name) for name in names], limit=10)}"] if names else []
    return "\n\n".join([*made, *(f":warning: {problem}" for problem in problems)])


def made_too_many(name: str, limit: int) -> str:
    return ngettext(
        "{file} is one too many: I show {count} file of one answer.",
        "{file} is one too many: I show {count} files of one answer.",
        limit,
        file=quoted(name),
    )


def made_too_large(name: str, limit: int) -> str:
    return gettext(
        "{file} is larger than {limit}, the most that I show.",
        file=quoted(name),
        limit=_megabytes(limit),
    )


def made_gone(name: str) -> str:
    return gettext("{file} is not there any more; please ask for it again.", file=quoted(name))


def made_slow(name: str) -> str:
    return gettext("{file} took too long to get here; please ask for it again.", file=quoted(name))


def made_unwanted(name: str, code: str) -> str:
    return gettext(
        "Slack rejected {file} (`{code}`); whoever runs me can find out why.",
        file=quoted(name),
        code=code,
    )


def _megabytes(size: int) -> str:
    return gettext("{size} MB", size=number(size / 1024 / 1024, "0.##"))
