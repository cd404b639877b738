"""The kinds of secrets that settings have. No error repeats any part of what was given."""

import binascii
import re
from base64 import b64decode, urlsafe_b64encode
from secrets import token_bytes

from bot.settings.kinds import Kind, Malformed

KEY_BYTES = 32  # of an encryption key
_SHORTEST = 16
_URL_SAFE = str.maketrans("-_", "+/")
_STRANGE = re.compile(r"[^!-~]")
_PLACEHOLDER = re.compile(  # random letters of a key are no such word
    r"(?:xoxb|xapp|sk)-(?:proj-)?"
    r"(?:[-.…xX*]*$|(?:.*[-_])?your[-_]|.*(?:change.?me|example|placeholder|replace))"
    r"|<.*>$",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"\$(?:[A-Z_][A-Z0-9_]+|\{\w+\})")
_BEGINNINGS = {
    "xoxb-": "bot tokens do (SLACK_BOT_TOKEN)",
    "xapp-": "app-level tokens do (SLACK_APP_TOKEN)",
    "xoxp-": "tokens of people do, not of bots",
    "xoxe": "tokens do that expire (token rotation)",
    "sk-": "keys of OpenAI do (OPENAI_API_KEY)",
}


def new_key() -> str:
    """Return a key for PANELBOT_ENCRYPTION_KEYS, or to sign with."""
    return urlsafe_b64encode(token_bytes(KEY_BYTES)).decode().rstrip("=")


def secret(*beginnings: str) -> Kind[str]:
    """Return the kind of tokens, keys and addresses with passwords, as they are sent."""

    def parse(value: str) -> str:
        if _PLACEHOLDER.match(value):
            raise Malformed("is still a placeholder; put your own there")
        if _VARIABLE.fullmatch(value):
            raise Malformed("is the name of a variable, whose value is not looked up")
        if strange := _STRANGE.search(value):
            what = "blank or line break" if strange[0].isspace() else "sign that keys never have"
            raise Malformed(f"has a {what} after {strange.start()} characters; copy it again")
        other = next((one for one in _BEGINNINGS if value.startswith(one)), "")
        begins = f"begins with {other}, as {_BEGINNINGS[other]}" if other else ""
        if beginnings and not value.startswith(beginnings):
            expected = f"should begin with {' or '.join(beginnings)}"
            raise Malformed(f"{begins}, but {expected}" if begins else expected)
        if begins and not beginnings and other.startswith("x"):
            raise Malformed(begins)
        return value

    return Kind(parse, "")


def secrets() -> Kind[tuple[str, ...]]:
    """Return the kind of lists with commas, of secrets that somebody has made up."""

    def parse(value: str) -> tuple[str, ...]:
        listed = tuple(one.strip() for one in value.split(",") if one.strip())
        for place, one in enumerate(listed, 1):
            if len(one) < _SHORTEST or len(one.split()) > 1:
                has = f"{len(one)} characters" if len(one) < _SHORTEST else "blanks"
                expected = f"texts of at least {_SHORTEST} characters without blanks"
                raise Malformed(
                    f"should be {expected}, with commas between; number {place} has {has}"
                )
        return listed

    return Kind(parse, ())


def encryption_keys() -> Kind[tuple[bytes, ...]]:
    """Return the kind of lists with commas, of keys of 32 bytes in (URL-safe) base64."""

    def parse(value: str) -> tuple[bytes, ...]:
        keys: list[bytes] = []
        for place, key in enumerate(map(str.strip, value.split(",")), 1):
            try:
                padded = key.translate(_URL_SAFE) + "=" * (-len(key) % 4)
                keys.append(b64decode(padded, validate=True))
            except (ValueError, binascii.Error):
                raise _wrong_key(place, "is not base64") from None
            if len(keys[-1]) != KEY_BYTES:
                raise _wrong_key(place, f"has {len(keys[-1])} bytes")
            if keys[-1] in keys[:-1]:
                raise _wrong_key(place, "is there twice")
        return tuple(keys)

    return Kind(parse, ())


def _wrong_key(place: int, what: str) -> Malformed:
    expected = f"keys of {KEY_BYTES} bytes in base64, with commas between"
    return Malformed(f"should be {expected}; number {place} {what}")
