"""Write the generated pages and pictures: ``python -m docsgen``."""

import sys
from pathlib import Path

import click

from docsgen.pages import stale

ROOT = Path(__file__).parent.parent


@click.command()
@click.option("--check", is_flag=True, help="Only say which are stale; exits with 1 if any is.")
def main(*, check: bool) -> None:
    """Write the generated parts of the docs."""
    changed = stale(ROOT)
    for path, content in changed.items():
        click.echo(f"{'stale' if check else 'written'}: {path}")
        if not check:
            (ROOT / path).write_text(content, encoding="utf-8")
    if check and changed:
        sys.exit("Run python -m docsgen and commit what it writes.")


if __name__ == "__main__":
    main()
