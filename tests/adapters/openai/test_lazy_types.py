import os
import sys
from subprocess import run

LOADED = "\nprint(*(name for name in sys.modules if name.startswith('openai.types')))"


def loaded(code: str) -> frozenset[str]:
    """The modules of openai's types after *code*, in a process of its own."""
    command = [sys.executable, "-c", f"import sys, bot.adapters.openai, openai\n{code}{LOADED}"]
    environ = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    ended = run(command, env=environ, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return frozenset(ended.stdout.split())


def test_only_the_types_that_are_used_are_loaded():
    alone = loaded("")
    used = loaded(
        "from openai.types import Model, model\n"
        "assert Model is model.Model and 'Model' in openai.types.__dict__\n"
        "from openai.types.responses.response import Response\n"
        "assert openai.types.responses.Response is Response\n"
        "from openai.types.beta.threads import Run\n"
        "assert Run.__name__ == 'Run' and not hasattr(openai.types.beta, 'Rnu')\n"
        "from openai.types.shared_params import Metadata\n"
        "from openai.types import Metadata as same\n"
        "assert same\n"
    )

    assert "openai.types.responses.response" in used - alone
    assert "openai.types.beta" not in alone
    assert "openai.types.vector_store" not in used


def test_nothing_changes_where_openai_was_imported_before():
    command = (
        "import openai; types = openai.types; import bot.adapters.openai.items, bot.assembly\n"
    )
    command += "assert openai.types is types and openai.types.responses.Response"
    run([sys.executable, "-c", command], check=True)  # noqa: S603 - as above
