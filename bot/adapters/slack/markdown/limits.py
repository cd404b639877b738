"""What one message of Slack's takes of Markdown.

Slack makes blocks of a Markdown text, and refuses the whole message if one of them, or all of them
together, are too much. The first two limits are documented, the others have been reported; what
is not known exactly is kept with room to spare.
"""

from dataclasses import dataclass

LONGEST_PIECE = 11_500  # UTF-16 units of the 12,000 characters that Slack takes at once
MOST_COLUMNS = 20  # of a table
MOST_ROWS = 100  # of all tables of a message together, with their headers
LONGEST_CELLS = 10_000  # the same, characters of their rows as they are written
MOST_PARTS = 40  # of the 50 blocks of a message; the others are for files, buttons and notes
LONGEST_TEXT = 40_000  # characters of a message without blocks
LONGEST_UPDATE = 4_000  # the same, when a message is changed
LONGEST_SECTION = 3_000  # characters of a section of mrkdwn


def size(text: str) -> int:
    """Return the length of a text in UTF-16 units.

    Slack does not say what it counts as a character. These are never fewer than code points.
    """
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a message something takes."""

    characters: int = 0
    rows: int = 0
    cells: int = 0  # characters
    parts: int = 0

    def __add__(self, other: "Use") -> "Use":
        return Use(
            self.characters + other.characters,
            self.rows + other.rows,
            self.cells + other.cells,
            self.parts + other.parts,
        )

    def fits(self, longest: int) -> bool:
        """Whether it fits into one message of at most *longest* characters."""
        return (
            self.characters <= longest
            and self.rows <= MOST_ROWS
            and self.cells <= LONGEST_CELLS
            and self.parts <= MOST_PARTS
        )
