"""Emoji by their Slack names, so that personas have avatars without loading any image.

Most of Slack's names are Unicode's own names with underscores; the others are listed.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain

SHORTCODE = re.compile(r":([a-z0-9][a-z0-9_'+-]{0,60}|\+1|-1):")

_SLACK_NAMES = {
    "+1": "👍",
    "-1": "👎",
    "100": "💯",
    "arrow_right": "➡️",
    "art": "🎨",
    "artist": "🧑‍🎨",
    "astronaut": "🧑‍🚀",
    "balance_scale": "⚖️",
    "blush": "😊",
    "bulb": "💡",
    "chart": "💹",
    "clap": "👏",
    "computer": "💻",
    "cop": "👮",
    "dart": "🎯",
    "detective": "🕵️",
    "dollar": "💵",
    "earth_africa": "🌍",
    "earth_americas": "🌎",
    "earth_asia": "🌏",
    "email": "📧",
    "euro": "💶",
    "exclamation": "❗",
    "female-detective": "🕵️‍♀️",
    "female-technologist": "👩‍💻",
    "health_worker": "🧑‍⚕️",
    "heart": "❤️",
    "hourglass_flowing_sand": "⏳",
    "house": "🏠",
    "information_source": "\u2139\ufe0f",
    "iphone": "📱",
    "joy": "😂",
    "judge": "🧑‍⚖️",
    "laughing": "😆",
    "link": "🔗",
    "loudspeaker": "📢",
    "mag": "🔍",
    "male-detective": "🕵️‍♂️",
    "male-doctor": "👨‍⚕️",
    "male-technologist": "👨‍💻",
    "mega": "📣",
    "moneybag": "💰",
    "mortar_board": "🎓",
    "muscle": "💪",
    "mute": "🔇",
    "office": "🏢",
    "palette": "🎨",
    "pencil": "📝",
    "pencil2": "✏️",
    "phone": "☎️",
    "point_right": "👉",
    "pound": "💷",
    "pray": "🙏",
    "question": "❓",
    "raised_hands": "🙌",
    "recycle": "♻️",
    "red_circle": "🔴",
    "rotating_light": "🚨",
    "scientist": "🧑‍🔬",
    "smile": "😄",
    "smiley": "😃",
    "star": "⭐",
    "student": "🧑‍🎓",
    "sunglasses": "😎",
    "tada": "🎉",
    "teacher": "🧑‍🏫",
    "technologist": "🧑‍💻",
    "thumbsdown": "👎",
    "thumbsup": "👍",
    "tools": "🛠️",
    "wave": "👋",
    "white_check_mark": "✅",
    "white_circle": "⚪",
    "woman_scientist": "👩‍🔬",
    "x": "❌",
    "zap": "⚡",
}
_EMOJI_STYLE = "\ufe0f"
_BLOCKS = range(0x231A, 0x2B56), range(0x1F300, 0x1FB00)  # where most emoji are


@lru_cache(maxsize=1024)
def emoji(name: str) -> str | None:
    """Return the emoji that Slack calls *name* (without colons), if there is one."""
    return _SLACK_NAMES.get(name) or _by_unicode_name(name)


def with_emoji(text: str) -> str:
    """Return *text* with the shortcodes of known emoji replaced by them."""
    return SHORTCODE.sub(lambda match: emoji(match[1]) or match[0], text)


@cache
def names() -> Sequence[tuple[str, str]]:
    """Return names and emoji for people to choose from, Slack's own names first."""
    wide = filter(_is_emoji, map(chr, chain(*_BLOCKS)))
    named = ((unicodedata.name(one, "").lower().replace(" ", "_"), one) for one in wide)
    others = (pair for pair in named if SHORTCODE.fullmatch(f":{pair[0]}:"))
    return [*sorted(_SLACK_NAMES.items()), *others]


def _is_emoji(character: str) -> bool:
    is_symbol = unicodedata.category(character) == "So"
    return is_symbol and unicodedata.east_asian_width(character) == "W"


def _by_unicode_name(name: str) -> str | None:
    for spelling in (name, f"{name}_face", f"{name}_sign"):
        try:
            character = unicodedata.lookup(spelling.replace("_", " "))
        except KeyError:
            continue
        if unicodedata.category(character) == "So":
            wide = unicodedata.east_asian_width(character) == "W"
            return character if wide else character + _EMOJI_STYLE
    return None
