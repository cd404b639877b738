"""``/v1/assistants``, ``/v1/threads`` and runs: the Assistants API, version 2."""
