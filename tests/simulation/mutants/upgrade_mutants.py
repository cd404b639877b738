"""Bugs in what two versions that run side by side make of each other's data."""

from tests.simulation.mutants.mutant import Mutant, units

_REDIS = "bot/adapters/redis"
_JOURNAL = units("adapters/redis/queue/test_journal_entries.py")

UPGRADES = (
    Mutant(
        "turn of a newer version given up",
        "bot/panel/turn/workers/turn_endings.py",
        "                case TooNew():",
        "                case TooNew() if False:",
        units("panel/turn/test_turn_worker.py", only="newer_version"),
    ),
    Mutant(
        "event of a newer version passed over",
        f"{_REDIS}/queue/journal.py",
        '_PASSED_OVER = "Noted"',
        '_PASSED_OVER = ""',
        _JOURNAL,
    ),
    Mutant(
        "note of a newer version not passed over",
        f"{_REDIS}/queue/journal.py",
        '_PASSED_OVER = "Noted"',
        '_PASSED_OVER = "nothing"',
        _JOURNAL,
    ),
    Mutant(
        "fields of a newer version lost where a record is written back",
        f"{_REDIS}/codec.py",
        "    return lambda value: known(value) | value.unknown",
        "    return known",
        units("adapters/redis/test_codec.py"),
    ),
    Mutant(
        "message answered without what it needs",
        f"{_REDIS}/queue/claiming.py",
        "for name in message.needs} - _FIELDS:",
        "for name in message.needs} - _FIELDS and False:",
        units("adapters/redis/queue/test_turn_queue.py", only="needs"),
    ),
    Mutant(
        "settings of a newer version dropped with a panel",
        f"{_REDIS}/stores/panel_store.py",
        '    return field[0] != "@" or',
        "    return True or",
        units("contracts/test_panel_store.py", only="newer_version"),
    ),
)
