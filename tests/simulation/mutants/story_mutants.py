"""Bugs that show where people edit, delete and talk among themselves, and in what threads show."""

from tests.simulation.mutants.mutant import Days, Mutant, units

_RESTORED = units("end_to_end/test_restore.py", only="since_the_backup")
_INTAKE = "bot/panel/intake/intake.py"

STORY = (
    Mutant(
        "question known as queued before it is",
        _INTAKE,
        "        is_new = await self._queue.put(thread, message, alone=alone, moves=moves)",
        "        self._remember(thread, message)\n"
        "        is_new = await self._queue.put(thread, message, alone=alone, moves=moves)",
        Days("webs"),
    ),
    Mutant(
        "catching up never begun",
        "bot/panel/intake/catching_up.py",
        "if gap and (self._searching is None or self._searching.done()):",
        "if False:",
        Days("missed"),
    ),
    Mutant(
        "gap that is never said to be searched",
        "bot/panel/intake/catching_up.py",
        "        await self._record.done(gap)\n",
        "",
        Days("missed", 1),
    ),
    Mutant(
        "time in which listening could not be noted counts as listened",
        "bot/panel/intake/catching_up.py",
        "            self._trouble.tell(error)\n            self._since = None\n",
        "            self._trouble.tell(error)\n",
        units("panel/intake/test_catching_up.py"),
    ),
    Mutant(
        "found message passed over by the process that had queued it",
        _INTAKE,
        "        self._queued.pop((incoming.message.ts, incoming.thread), None)\n",
        "",
        units("panel/intake/test_gap_search.py", only="lost"),
    ),
    Mutant(
        "stream ended as the journal knows it after a failover",
        "bot/panel/replies/streams.py",
        "        if self._record.in_doubt and first.part not in self._record.posts.posted:\n"
        "            return await self._finish_in_doubt(stream, first)\n",
        "",
        units("panel/replies/test_streams.py", only="may_know_less"),
    ),
    Mutant(
        "journal written behind entries that are lost",
        "bot/panel/journal/turn_record.py",
        "again=again, after=self._length)",
        "again=again)",
        units("panel/turn/test_resuming.py", only="falls_behind_under"),
    ),
    Mutant(
        "edit not noted",
        _INTAKE,
        "await self._threads.mark_edited(thread, message.ts, at)",
        "pass",
        Days("edits", 2),
    ),
    Mutant(
        "edit dropped of a thread that is not ours yet",
        _INTAKE,
        "if asks or standing in _OURS or is_new_reply:",
        "if standing in _OURS:",
        units("panel/intake/test_intake.py", only="before_its_thread"),
    ),
    Mutant(
        "edit of a reply dropped whose thread is not known yet",
        _INTAKE,
        "if asks or standing in _OURS or is_new_reply:",
        "if asks or standing in _OURS:",
        units("panel/intake/test_intake.py", only="overtook_the_first"),
    ),
    Mutant(
        "edit asked where only its note was lost",
        _INTAKE,
        "if is_new or not edited:",
        "if True:",
        units("panel/intake/test_intake.py", only="tells_again"),
    ),
    Mutant(
        "edit counts as read by an earlier attempt",
        "bot/panel/turn/answering.py",
        "{} if context.record.has_begun else edits",
        "edits",
        Days("edits"),
    ),
    Mutant(
        "talk counts as read by an earlier attempt",
        "bot/panel/turn/authorship.py",
        "since = None if record.has_begun else unread_since",
        "since = unread_since",
        units("panel/turn/test_resuming.py", only="passes_by"),
    ),
    Mutant(
        "talk counts as read that came meanwhile",
        "bot/adapters/redis/scripts/mark_read.lua",
        "if latest and tonumber(latest) >= tonumber(till) then",
        "if false then",
        units("contracts/test_thread_store.py"),
    ),
    Mutant(
        "function called again with another key",
        "bot/panel/turn/consulting/function_request.py",
        'key=f"{turn.id}/{call.id}"',
        'key=f"{turn.id}/{call.id}/{context.record.claim.token}"',
        Days("functions"),
    ),
    Mutant(
        "button taken together with messages",
        _INTAKE,
        "await self._put(thread, message, alone=True)\n\n    async def press_once",
        "await self._put(thread, message, alone=False)\n\n    async def press_once",
        Days("buttons"),
    ),
    Mutant(
        "upload begun anew",
        "bot/panel/turn/consulting/file_posts.py",
        "if begun := context.progress.uploads.get(key):",
        "if (begun := context.progress.uploads.get(key)) and False:",
        Days("files"),
    ),
    Mutant(
        "question not counted if it was tried before",
        "bot/panel/turn/turn_runner.py",
        "begun = record.has_begun or record.in_doubt",
        "begun = record.resumed",
        Days("limits", 3),
    ),
    Mutant(
        "links of a backup believed",
        "bot/panel/threads/link_recovery.py",
        "elif record.claim.has_old_links:",
        "elif False:",
        _RESTORED,
    ),
    Mutant(
        "links compared again after each takeover, or never",
        "bot/adapters/redis/scripts/claim.lua",
        "tonumber(links[2] or 0) < at",
        "tonumber(links[2] or 0) > at",
        _RESTORED,
    ),
    Mutant(
        "requests of a backup believed",
        "bot/panel/threads/link_recovery.py",
        "await self._settling.close_ended(record)",
        "pass",
        _RESTORED,
    ),
    Mutant(
        "question of a backup answered that was stopped",
        "bot/panel/turn/turn_runner.py",
        'if await messenger.find(thread, turn.id, f"{STOPPED}:0"):',
        "if False:",
        _RESTORED,
    ),
    Mutant(
        "question of a backup answered that was deleted",
        "bot/panel/turn/turn_runner.py",
        "if not await transcript.some(thread, said) and not transcript.lacks(thread):",
        "if False:",
        _RESTORED,
    ),
    Mutant(
        "status left",
        "bot/panel/turn/answering.py",
        "            context.writer.clear_status(),\n",
        "",
        Days("slow", 3),
    ),
    Mutant(
        "status left by a deletion",
        "bot/panel/turn/stopping.py",
        """"deleted.not_cleaned_up", extra={"reason": str(error)})
            await writer.clear_status()""",
        """"deleted.not_cleaned_up", extra={"reason": str(error)})""",
        Days("deletions"),
    ),
    Mutant(
        "status left by a stop",
        "bot/panel/turn/stopping.py",
        """_stopped_experts(record, panel)))
            await writer.clear_status()""",
        """_stopped_experts(record, panel)))""",
        Days("stops"),
        survives="Slack clears it with the line that says so, unless an older status arrives later",
    ),
    Mutant(
        "status left by a turn that Redis lost",
        "bot/panel/turn/turn_runner.py",
        "        await self._stores.outbox.put(self._services.messenger.status_cleared(thread))",
        "        pass",
        Days("wipes"),
    ),
)
