"""Bugs in the panel."""

from tests.simulation.mutants.mutant import Days, Mutant, units

_TURN, _REPLIES, _MODEL = "bot/panel/turn", "bot/panel/replies", "bot/panel/language_model"

DOMAIN = (
    Mutant(
        "message posted without an entry in the journal first",
        f"{_REPLIES}/thread_writer.py",
        """        await self._record.note(PostStarted(post.part))
        ts = await self._messenger.find(""",
        """        ts = await self._messenger.find(""",
        Days("kills", 12),
    ),
    Mutant(
        "no look before a message is posted again",
        f"{_REPLIES}/thread_writer.py",
        "if may_be_posted else None",
        "if False else None",
        Days("kills", 12),
    ),
    Mutant(
        "plan posted again",
        f"{_REPLIES}/plan_message.py",
        """        if not self._may_be_lost:
            return None
""",
        """        if True:
            return None
""",
        Days("kills", 20),
    ),
    Mutant(
        "plan left as it was in the end",
        f"{_REPLIES}/plan_message.py",
        """            await self.end(sentences.asked)
            updates.cancel()""",
        """            updates.cancel()""",
        Days("calm", 3),
    ),
    Mutant(
        "stream not withdrawn whose opening was lost",
        f"{_REPLIES}/streams.py",
        "            await self._messenger.withdraw_stream(self._thread, ts, draft, ours)",
        "            ours.clear()",
        Days("streams", 12),
    ),
    Mutant(
        "stream left open in the end",
        f"{_REPLIES}/streams.py",
        "        is_closed = await self._messenger.close_stream("
        "self._thread, stream.ts, complete, more)",
        "        is_closed = True",
        Days("streams"),
    ),
    Mutant(
        "stream opened before the journal has it",
        f"{_REPLIES}/streams.py",
        "            await self._record.note("
        "StreamStarted(draft.part, draft.persona, draft.expert))\n"
        "            ts = await self._messenger.open_stream(self._thread, draft, reader)\n",
        "            ts = await self._messenger.open_stream(self._thread, draft, reader)\n"
        "            await self._record.note("
        "StreamStarted(draft.part, draft.persona, draft.expert))\n",
        Days("streams", 12),
    ),
    Mutant(
        "lease not renewed",
        "bot/panel/intake/lease.py",
        "        await asyncio.sleep(every)\n        await _renew(renew, lease)",
        "        await asyncio.sleep(every)",
        Days("slow", 12),
    ),
    Mutant(
        "lease not checked before something is sent",
        "bot/panel/intake/lease.py",
        "        if self.is_older_than(self._seconds):\n            raise",
        "        if False:\n            raise",
        Days("pauses", 12),
    ),
    Mutant(
        "chosen asked what was said after the question, too",
        "bot/panel/threads/thread_history.py",
        "last = turn.steer.last or until",
        "last = until",
        Days("offers", 12),
    ),
    Mutant(
        "buttons left that came after the next question was written",
        f"{_TURN}/choosing/unsure.py",
        "settle_surely(turn.thread, besides=turn.id)",
        "settle_surely(turn.thread, besides=turn.id, until=turn.messages[0].ts)",
        Days("offers", 60),
    ),
    Mutant(
        "stop ignored after a failure",
        f"{_TURN}/workers/turn_worker.py",
        "            if ends_early and await self._unwanted.has(claim):",
        "            if False:",
        units("panel/turn/test_stopping.py"),
    ),
    Mutant(
        "stop not looked for",
        f"{_TURN}/workers/unwanted_turns.py",
        "            elif thread in stops:",
        "            elif False:",
        units("panel/turn/test_stopping.py"),
    ),
    Mutant(
        "stop forgotten whose worker died",
        f"{_TURN}/workers/turn_worker.py",
        "        if claim.attempt > 1 and await self._unwanted.has(claim):",
        "        if False:",
        units("panel/turn/test_stopping.py"),
    ),
    Mutant(
        "turn that fails is retried at once",
        f"{_TURN}/workers/turn_endings.py",
        "self._queue.postpone(claim, after=pause, outage=outage)",
        "self._queue.postpone(claim, after=0, outage=outage)",
        units("panel/turn/test_turn_worker.py"),
    ),
    Mutant(
        "deletion ignored while the turn waits",
        f"{_TURN}/workers/turn_worker.py",
        "        if await self._unwanted.is_deleted(claim):  # while",
        "        if False:  # while",
        units("panel/turn/test_deletion.py"),
    ),
    Mutant(
        "deletion ignored while the turn runs",
        f"{_TURN}/workers/unwanted_turns.py",
        "            if is_withdrawn(claim.turn, deleted.get(claim.turn.id, frozenset())):",
        "            if False:",
        units("panel/turn/test_deletion.py"),
    ),
    Mutant(
        "turn kept by a worker that shuts down",
        f"{_TURN}/workers/turn_endings.py",
        "            await self._queue.hand_over(claim)\n",
        "            pass\n",
        units("panel/turn/test_turn_worker.py"),
    ),
    Mutant(
        "shutdown that waits for no turn",
        f"{_TURN}/workers/turn_worker.py",
        "asyncio.wait((finished, hurried), timeout=grace,",
        "asyncio.wait((finished, hurried), timeout=0,",
        units("panel/turn/test_turn_worker.py"),
    ),
    Mutant(
        "turn that kills its workers tried for ever",
        f"{_TURN}/workers/turn_worker.py",
        "        if claim.deaths > self._timeouts.max_deaths:  # perhaps",
        "        if False:  # perhaps",
        units("panel/turn/test_turn_worker.py"),
    ),
    Mutant(
        "end of a turn not said again while the store is away",
        f"{_TURN}/workers/turn_endings.py",
        "        await retry(request, Backoff("
        "_SETTLING, total=self._lease, endless=True), StoreUnavailable)",
        "        await request()",
        units("panel/turn/test_turn_worker.py"),
    ),
    Mutant(
        "calls left open by a stop",
        f"{_TURN}/stopping.py",
        "            router_read_it = await calls.answer(links)",
        "            router_read_it = bool(calls)",
        Days("stops"),
    ),
    Mutant(
        "stopped question forgotten",
        f"{_TURN}/stopping.py",
        "                await self._threads.mark_unread(thread, messages[0].ts)",
        "                pass",
        units("panel/turn/test_stopping.py", "panel/turn/test_deletion.py"),
    ),
    Mutant(
        "what is on its way counts as lost by a stop",
        f"{_TURN}/open_calls.py",
        "                if is_coming and await looks.wait():",
        "                if False:",
        units("adapters/openai/responses/test_lost_answers.py", only="stopped"),
    ),
    Mutant(
        "labels not written",
        "bot/panel/threads/conversations.py",
        "        await retry(partial(model.relabel, router, labels), backoff, on=ModelUnavailable)",
        "        pass",
        Days("calm"),
    ),
    Mutant(
        "links not saved",
        "bot/panel/threads/conversations.py",
        "                await self._store.save_links(self._thread, saving, claim=self._claim)",
        "                pass",
        Days("calm"),
    ),
    Mutant(
        "no look before a question is sent again",
        f"{_MODEL}/model_client.py",
        "stored = await self.model.since(prompt.conversation, ref) if repeated else None",
        "stored = None",
        units("panel/language_model/test_model_client.py"),
    ),
    Mutant(
        "no look after a question was sent again",
        f"{_MODEL}/model_client.py",
        "                        if repeated and isinstance(event, Responded):",
        "                        if False:",
        units("adapters/openai/responses/test_lost_answers.py", only="retries"),
    ),
    Mutant(
        "a failure does not count as perhaps arrived",
        f"{_MODEL}/model_client.py",
        "                    repeated = True\n",
        "",
        Days("cut"),
    ),
    Mutant(
        "half of the calls taken for all",
        f"{_MODEL}/model_client.py",
        "if answer and (not _calls(answer) or await self._is_complete(begun)):",
        "if answer:",
        units("panel/turn", "panel/language_model"),
    ),
    Mutant(
        "an answer taken for that of an older call with the same id",
        f"{_MODEL}/conversations/pairing.py",
        "            found[unanswered[key_of(item)].pop()] = place",
        "            found[unanswered[key_of(item)].pop(0)] = place",
        units("panel/language_model/conversations/test_pairing.py"),
    ),
    Mutant(
        "last state sent again",
        f"{_TURN}/workers/outbox_worker.py",
        "        await self._outbox.sent(outgoing)",
        "        await self._outbox.postpone(outgoing, after=0)",
        units("panel/turn/test_outbox_worker.py"),
    ),
    Mutant(
        "last state lost that Slack could not take",
        f"{_TURN}/workers/outbox_worker.py",
        "            await self._outbox.postpone("
        "outgoing, after=max(pause, error.after or 0))\n            return",
        "            pass",
        units("panel/turn/test_outbox_worker.py"),
    ),
    Mutant(
        "stored outputs sent again",
        f"{_MODEL}/model_client.py",
        "                return place in answers",
        "                return True",
        units("panel/language_model/test_model_client.py", "panel/turn/test_resuming.py"),
    ),
    Mutant(
        "approval decided too late",
        "bot/panel/approvals/decisions.py",
        "        if result is VerdictResult.TOO_LATE:",
        "        if False:",
        units("panel/approvals/test_tool_approvals.py", only="first_decision"),
    ),
)
