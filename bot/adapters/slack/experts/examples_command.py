"""``/experts examples``: what the router has learnt in a channel, and dropping it."""

from bot.adapters.slack.blocks.answers import Answer, listed, sentence
from bot.adapters.slack.blocks.elements import shortened
from bot.adapters.slack.interactions.responder import Requester
from bot.adapters.slack.markdown import sanitize
from bot.language import gettext, ngettext
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.names import in_code
from bot.panel.roster.rights import Rights
from bot.panel.roster.roster import ChannelScope
from bot.panel.routing.corrections import Correction, CorrectionStore
from bot.panel.routing.learning import Learning

_MOST, _LONGEST = 20, 120


class ExamplesCommand:
    """Shows the channel's corrections to who is in it, and lets workspace admins drop them."""

    def __init__(
        self, store: CorrectionStore, learning: Learning, rights: Rights, auditor: Auditor
    ) -> None:
        self._store = store
        self._learning = learning
        self._rights = rights
        self._auditor = auditor

    async def carry_out(self, written: str, requester: Requester) -> Answer:
        """Show them, or ``drop NAME`` or ``drop all``."""
        word, _, name = written.partition(" ")
        if word.casefold() == "drop" and name.strip():
            return await self._drop(name.strip(), requester)
        return await self._shown(requester)

    async def _drop(self, name: str, requester: Requester) -> Answer:
        team, channel = requester.team_id, requester.channel_id
        where = ChannelScope(team, channel)
        await self._rights.check_may_drop_corrections(where, requester.user)
        known = await self._store.of_channel(team, channel, shared=False)
        everything = name.casefold() == "all"
        chosen = {one.id for one in known if everything or one.name == name}
        if not chosen:
            raise Refused(gettext("No correction here is called `{name}`.", name=in_code(name, 40)))
        await self._auditor.record(Act.FORGOT, where, requester.user, "corrections")
        count = await self._store.forget(team, lambda one: one.id in chosen, channel)
        return sentence(
            ngettext("{count} correction is gone.", "{count} corrections are gone.", count)
        )

    async def _shown(self, requester: Requester) -> Answer:
        team, channel = requester.team_id, requester.channel_id
        known = await self._store.of_channel(team, channel, shared=False)
        lines = [_line(one) for one in [*known][: -_MOST - 1 : -1]]
        none = gettext("There are no corrections.")
        heading = gettext("*What the router has learnt here*")
        return listed([heading, _state(self._learning), *(lines or [none])])


def _state(learning: Learning) -> str:
    match learning:
        case Learning.OFF:
            return gettext("Corrections are not kept: whoever runs the bot has not switched it on.")
        case Learning.CHANNEL:
            return gettext("Corrections are kept, and shown to the router in this channel only.")
        case Learning.WORKSPACE:
            return gettext(
                "Corrections are kept; those of public channels are shown to the router elsewhere, "
                "too."
            )


def _line(one: Correction) -> str:
    said = shortened(one.question, _LONGEST)
    if one.right:
        verdict = gettext("right: {experts}", experts=", ".join(one.right))
    else:
        verdict = gettext("wrong: {experts}", experts=", ".join(one.unwanted))
    return f"• `{one.name}` {sanitize.mrkdwn(said)} → _{verdict}_"
