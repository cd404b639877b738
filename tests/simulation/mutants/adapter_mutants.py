"""Bugs in the adapters of Slack and of OpenAI."""

from tests.simulation.mutants.mutant import Mutant, units

_OPENAI, _SLACK = "bot/adapters/openai", "bot/adapters/slack"

ADAPTERS = (
    Mutant(
        "lock of a conversation taken for a refusal",
        f"{_OPENAI}/errors.py",
        '    return is_active or error.code == "conversation_locked"',
        "    return is_active",
        units("adapters/openai/test_retries.py"),
    ),
    Mutant(
        "no look behind the lock",
        f"{_OPENAI}/responses/response_start.py",
        "                await self._look_for_earlier_try()\n",
        "                pass\n",
        units("adapters/openai/test_retries.py"),
    ),
    Mutant(
        "request repeated that may have arrived",
        f"{_OPENAI}/errors.py",
        "    return isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)",
        "    return True",
        units("adapters/openai/responses/test_conversations.py", only="arrived_is_not_repeated"),
    ),
    Mutant(
        "request repeated by the HTTP client itself",
        f"{_OPENAI}/server/transport.py",
        '            more["middlewares"] = (_once,)\n',
        "            pass\n",
        units("adapters/openai/test_transport.py", only="sent_again"),
    ),
    Mutant(
        "body sent to OpenAI after the lease",
        "bot/adapters/leased_requests.py",
        "        lease.check()\n        await super().write_with_length(writer, content_length)",
        "        await super().write_with_length(writer, content_length)",
        units("adapters/openai/test_transport.py", only="lease"),
    ),
    Mutant(
        "stream left before its end",
        f"{_OPENAI}/reading/model_stream.py",
        "            await read_on(stream)\n",
        "",
        units("adapters/openai/test_transport.py", only="connection"),
    ),
    Mutant(
        "response that broke off taken for whole",
        f"{_OPENAI}/reading/model_stream.py",
        '    raise ModelUnavailable(f"the {what} broke off")',
        "    return",
        units("adapters/openai/responses/test_streaming.py", only="without_its_end"),
    ),
    Mutant(
        "question heard twice and left",
        f"{_OPENAI}/responses/history.py",
        "    return [items[place].optional_text",
        "    known = []\n    return [items[place].optional_text",
        units("contracts/test_language_model.py", only="twice"),
    ),
    Mutant(
        "calls of a crash left unanswered",
        f"{_OPENAI}/responses/repair.py",
        "        return [*map(to_api, aborted), *map(to_api, declined)]",
        "        return [*map(to_api, declined)]",
        units("adapters/openai/responses/test_repair.py"),
    ),
    Mutant(
        "calls of a lost try aborted that can be read",
        f"{_OPENAI}/responses/repair.py",
        "        history.check_new(newest, self._items)\n",
        "",
        units("adapters/openai/responses/test_repair.py"),
    ),
    Mutant(
        "conversation deleted before its items",
        f"{_OPENAI}/responses/conversations.py",
        "        while left := await self._left(conversation, deleted):",
        "        while left := set[str]():",
        units("adapters/openai/responses/test_conversations.py", only="before_their_conversation"),
    ),
    Mutant(
        "conversation given up for any 404",
        f"{_OPENAI}/absence.py",
        "            if await self._is_gone(conversation):",
        "            if True:",
        units("adapters/openai/test_absence.py"),
    ),
    Mutant(
        "stateless conversation answered though somebody was faster",
        f"{_OPENAI}/responses/stateless.py",
        "        if not added:\n",
        "        if False:\n",
        units("adapters/openai/responses/test_stateless.py", only="overtaken"),
    ),
    Mutant(
        "message posted again that Slack may have",
        f"{_SLACK}/threads/replies.py",
        "                if message := await self.find(thread, turn, part):",
        "                if message := None:",
        units("contracts/test_messenger.py", only="before_the_failure"),
    ),
    Mutant(
        "copied stamp of another app believed",
        f"{_SLACK}/threads/replies.py",
        'copied one."""\n        if message.get("bot_id") != self._bot_id:',
        'copied one."""\n        if False:',
        units("adapters/slack/posting/test_messenger.py", only="another_apps_copy"),
    ),
)
