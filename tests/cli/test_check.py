"""What ``panelbot check`` finds before it connects to anything."""

import json

from click.testing import CliRunner

from bot.cli.main import main

_COMPLETE = {
    "SLACK_BOT_TOKEN": "xoxb-1234-5678-abcdefghij",
    "SLACK_SIGNING_SECRET": "0123456789abcdef" * 2,
    "OPENAI_API_KEY": "sk-abcdefghijklmnopqrstuv",
}


def test_an_impossible_address_of_redis_is_a_finding_as_others_are():
    environ = {**_COMPLETE, "REDIS_URL": "redis://localhost:abc"}

    shown = CliRunner().invoke(main, ["--no-env-file", "check", "--json"], env=environ)

    (finding,) = (one for one in json.loads(shown.stdout) if one["severity"] == "bad")
    assert finding["what"].startswith("REDIS_URL is not a Redis address (the port is no number")
    assert shown.exit_code == 1
