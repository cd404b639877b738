"""Changes of panels, each recorded in the audit log before it is made: fields and digests only."""

from dataclasses import asdict, fields

from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act, canonical, digest
from bot.panel.budgets.limits import Limit, Whose, changed
from bot.panel.model import Expert, ExpertName, UserId
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.roster import (
    RosterChanges,
    Scope,
    Setting,
    SettingValue,
    WorkspaceScope,
    with_expert,
)

_EXPERT_FIELDS = tuple(field.name for field in fields(Expert))


class RecordedChanges:
    """Changes the panels in *store*. *by* is None for whoever runs the bot."""

    def __init__(self, store: PanelStore, auditor: Auditor) -> None:
        self._store = store
        self._auditor = auditor

    async def add(self, scope: Scope, expert: Expert, by: UserId | None) -> None:
        (before,) = await self._store.changes([scope])
        await self._record(scope, before, with_expert(before, expert), by)
        await self._store.add(scope, expert)

    async def remove(self, scope: Scope, name: ExpertName, by: UserId | None) -> None:
        (before,) = await self._store.changes([scope])
        removed = before.added.get(name)
        details = _details(removed, None) if removed else {"fields": "removed"}
        await self._auditor.record(Act.CHANGED, scope, by, name, **details)
        await self._store.remove(scope, name)

    async def set(self, scope: Scope, setting: Setting, value: SettingValue, by: UserId) -> None:
        """Set *setting*, whose value is no content."""
        await self._auditor.record(Act.CHANGED, scope, by, **{setting.value: str(value)})
        await self._store.set(scope, setting, value)

    async def set_budget(
        self, scope: WorkspaceScope, change: Limit | Whose, by: UserId | None
    ) -> None:
        (before,) = await self._store.changes([scope])
        value = change.amount if isinstance(change, Limit) else "off"
        await self._auditor.record(Act.CHANGED, scope, by, change.who, budget=value)
        await self._store.set(scope, Setting.BUDGETS, changed(before.budgets, change))

    async def set_rules(self, scope: Scope, rules: str | None, by: UserId) -> None:
        (before,) = await self._store.changes([scope])
        details = _rules_details(before.rules, rules)
        await self._auditor.record(Act.CHANGED, scope, by, **details)
        await self._store.set(scope, Setting.RULES, rules)

    async def put(self, scope: Scope, changes: RosterChanges, by: UserId | None) -> None:
        (before,) = await self._store.changes([scope])
        await self._record(scope, before, changes, by)
        await self._store.put(scope, changes)

    async def _record(
        self, scope: Scope, before: RosterChanges, after: RosterChanges, by: UserId | None
    ) -> None:
        for name in sorted(before.added.keys() | after.added.keys()):
            was, becomes = before.added.get(name), after.added.get(name)
            if was != becomes:
                details = _details(was, becomes)
                act = Act.EQUIPPED if "tools" in details else Act.CHANGED
                await self._auditor.record(act, scope, by, name, **details)
        for name in sorted(before.removed ^ after.removed):
            if name not in before.added and name not in after.added:
                fate = "removed" if name in after.removed else "restored"
                await self._auditor.record(Act.CHANGED, scope, by, name, fields=fate)
        for setting in (Setting.SYNTHESIS, Setting.STREAMING, Setting.UNSURE):
            if (value := getattr(after, setting)) != getattr(before, setting):
                await self._auditor.record(Act.CHANGED, scope, by, **{setting.value: str(value)})
        if before.rules != after.rules:
            details = _rules_details(before.rules, after.rules)
            await self._auditor.record(Act.CHANGED, scope, by, **details)


def _rules_details(before: str | None, after: str | None) -> dict[str, str]:
    digests = {"before": digest(before or ""), "after": digest(after or "")}
    return {"fields": "rules", **digests}


def _details(before: Expert | None, after: Expert | None) -> dict[str, str]:
    was, becomes = (set(one.tools) if one else set() for one in (before, after))
    tools = [f"+{name}" for name in sorted(becomes - was)]
    tools += [f"-{name}" for name in sorted(was - becomes)]
    if before and after:
        differ = [one for one in _EXPERT_FIELDS if getattr(before, one) != getattr(after, one)]
    else:
        differ = ["added" if after else "removed"]
    details = {"fields": ",".join(differ), "tools": ",".join(tools)}
    digests = {"before": _digest(before), "after": _digest(after)}
    return {name: value for name, value in {**details, **digests}.items() if value}


def _digest(expert: Expert | None) -> str:
    return digest(canonical(asdict(expert))) if expert else ""
