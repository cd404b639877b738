"""What an installed wheel says: it has neither docs nor the repository's other files."""

import ast
import re
from pathlib import Path

import bot

FILES = re.compile(
    r"\b(docs|manifests|tests|deploy)/[\w./-]+|\.env\.example|\bbot/[\w/]+\.\w+|README\.md"
)


def texts(source: str):
    """Yield the texts of *source*, without docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node.value


def test_no_message_points_to_files_that_a_wheel_lacks():
    pointing = [
        f"{path}: {text}"
        for path in Path(bot.__path__[0]).rglob("*.py")
        for text in texts(path.read_text())
        if FILES.search(text)
    ]

    assert pointing == []
