"""What Slack makes of Markdown, and refuses: counted by parsing it."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

MOST_ROWS = 100
MOST_COLUMNS = 20
MOST_PARTS = 50  # reported, as are the characters in cells
LONGEST_CELLS = 10_000


def markdown_problem(texts: Sequence[str], others: int = 0, *, strict: bool = True) -> str:
    """Return what is wrong with the Markdown of a message that has *others* besides its blocks.

    Unless *strict*, only what is documented is counted: rows and columns.
    """
    tokens = [token for text in texts for token in _PARSER.parse(text)]
    tables = list(_tables(tokens))
    if sum(rows for rows, _, _ in tables) > MOST_ROWS:
        return f"no more than {MOST_ROWS} rows"
    if any(columns > MOST_COLUMNS for _, columns, _ in tables):
        return f"no more than {MOST_COLUMNS} columns"
    if not strict:
        return ""
    if sum(characters for _, _, characters in tables) > LONGEST_CELLS:
        return f"no more than {LONGEST_CELLS} characters in cells"
    parts = sum(token.level == 0 and token.nesting >= 0 for token in tokens)
    inner = sum(token.level > 0 and token.type == "table_open" for token in tokens)
    return f"no more than {MOST_PARTS} parts" if parts + inner + others > MOST_PARTS else ""


def _tables(tokens: Sequence[Token]) -> list[tuple[int, int, int]]:
    """Return the rows, columns and characters of each table."""
    found: list[tuple[int, int, int]] = []
    is_cell = False
    for token in tokens:
        rows, columns, characters = found[-1] if found else (0, 0, 0)
        match token.type:
            case "table_open":
                found.append((0, 0, 0))
            case "tr_open":
                found[-1] = rows + 1, columns, characters
            case "th_open":
                found[-1] = rows, columns + 1, characters
                is_cell = True
            case "td_open":
                is_cell = True
            case "th_close" | "td_close":
                is_cell = False
            case "inline" if is_cell:
                found[-1] = rows, columns, characters + len(token.content)
    return found


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.core.ruler.disable("inline")
    return parser


_PARSER = _parser()
