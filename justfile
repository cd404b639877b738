# The commands that people need; `just` alone lists them. It comes with the group dev (rust-just).

_list:
    @just --list --unsorted

# Install everything for working on the bot.
install:
    pip install --upgrade pip
    pip install -c constraints.txt -e '.[demo]' --group dev

# Try the bot in the browser, or ask it something: just demo --ask "May we?"
demo *options:
    panelbot demo {{ options }}

# Run tests: all, or those named.
test *options:
    python -m pytest {{ options }}

# Lint, types and layers; what can be fixed is fixed.
check:
    ruff check --fix
    ruff format
    mypy
    lint-imports

# Write the generated docs, and build the pages into build/site.
docs:
    python -m docsgen
    zensical build --strict
