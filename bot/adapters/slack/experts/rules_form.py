"""The form with the rules for whom the router asks: opened, read and stored."""

import json

from slack_bolt.async_app import AsyncAck

from bot.adapters.slack.blocks import elements, seals
from bot.adapters.slack.blocks.elements import labelled_input, text_input
from bot.adapters.slack.blocks.form_target import FormTarget
from bot.adapters.slack.experts import announcements
from bot.adapters.slack.interactions.responder import Requester, Responder
from bot.json_types import Json
from bot.language import gettext, in_shared_language
from bot.panel.audit.entry import digest
from bot.panel.errors import Refused
from bot.panel.roster.expert_checks import LONGEST_RULES, check_rules
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import Scope

CALLBACK, HOME_CALLBACK = "router_rules", "home_router_rules"
_RULES, _VALUE = "rules", "value"


class RulesFormFlow:
    """Opens the form and stores submissions, for ``/experts`` and the app's home."""

    def __init__(self, editor: PanelEditor, responder: Responder) -> None:
        self._editor = editor
        self._responder = responder

    async def open(
        self, requester: Requester, *, for_defaults: bool, callback: str = CALLBACK
    ) -> None:
        """Open the form for the panel of the channel, or the defaults. Raises Refused."""
        scope = requester.scope(for_defaults=for_defaults)
        await self._editor.rights.check_may_change(scope, requester.user)
        now = (await self._editor.changes(scope)).rules or ""
        form = FormTarget(requester.channel_id, for_defaults).dump() | {"before": digest(now)}
        modal = _modal(now, form, callback, for_defaults=for_defaults)
        await self._responder.open_modal(requester.trigger_id, modal, requester.user)

    async def submit(self, ack: AsyncAck, body: Json, view: Json) -> bool:
        """Store the rules of a form, and tell the channel; False: it stays open with a reason."""

        async def store() -> tuple[Requester, Scope, str | None, bool]:
            target, rules = _read(view)
            requester = self._responder.requester(body, target.channel_id)
            scope = requester.scope(for_defaults=target.for_defaults)
            before = (await self._editor.changes(scope)).rules
            _check_unchanged(view, before or "", rules)
            after = await self._editor.set_rules(scope, rules, requester.user)
            return requester, scope, after, bool(target.channel_id) and after != before

        stored = await self._responder.accept(ack, body, view, store)
        if stored and stored[-1]:
            requester, scope, after, _ = stored
            with in_shared_language():
                announcement = announcements.rules(after, scope, requester.user)
            if problem := await self._responder.announce(announcement, requester):
                await self._responder.tell(problem, requester)
        return stored is not None


def _check_unchanged(view: Json, before: str, rules: str) -> None:
    """Raise Refused if *rules* would overwrite others than the form was opened with."""
    opened_with = json.loads(view["private_metadata"]).get("before", digest(before))
    if opened_with != digest(before) and check_rules(rules) != before:
        raise Refused(
            gettext(
                "Somebody has changed the rules since this form was opened. Copy yours, close the "
                "form and open it again."
            ),
            field=_RULES,
        )


def _modal(now: str, form: Json, callback: str, *, for_defaults: bool) -> Json:
    label = gettext("Rules for all channels") if for_defaults else gettext("Rules of this channel")
    hint = gettext(
        "The router reads them with every question. Channels may have rules besides those for all."
    )
    example = gettext("Always ask Security about customer data. Ask at most two experts.")
    text = text_input(_VALUE, LONGEST_RULES, value=now, example=example) | {"multiline": True}
    blocks = [labelled_input(_RULES, label, hint, text, optional=True)]
    title, close, submit = gettext("Whom the router asks"), gettext("Cancel"), gettext("Save")
    return elements.modal(title, blocks, close=close, form=callback, metadata=form, submit=submit)


def _read(view: Json) -> tuple[FormTarget, str]:
    """Return what a submitted form is about, and the rules."""
    with seals.form_read():
        target = FormTarget.load(json.loads(view["private_metadata"]))
        return target, str(view["state"]["values"][_RULES][_VALUE]["value"] or "")
