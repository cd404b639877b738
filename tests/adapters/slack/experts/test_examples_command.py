"""``/experts examples``: anybody in the channel sees what is learnt, admins drop it."""

import pytest

from bot.adapters.slack.experts.examples_command import ExamplesCommand
from bot.adapters.slack.interactions.responder import Requester
from bot.panel.errors import Refused
from bot.panel.model import ExpertName, MessageTs, UserId
from bot.panel.routing.corrections import Correction, CorrectionKind
from bot.panel.routing.learning import Learning
from tests.fakes.audit_log import auditor
from tests.fakes.correction_store import FakeCorrectionStore
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.people import FakePeople
from tests.panel_editors import panel_editor

KEPT = Correction(
    "T1:C1:9.0", "8.0", MessageTs("8.0"), "May <!channel> *we*?", (ExpertName("finance"),),
    CorrectionKind.ANOTHER, (ExpertName("legal"),),
)  # fmt: skip
ELSEWHERE = Correction("T1:C2:9.0", "8.0", MessageTs("8.0"), "Secret?", (), CorrectionKind.NAMED)


def requester(user: str) -> Requester:
    return Requester(UserId(user), "T1", "C1", "", "U0BOT")


@pytest.fixture
async def store():
    store = FakeCorrectionStore()
    for one in (KEPT, ELSEWHERE):
        await store.keep("T1", one, shared=True)
    return store


@pytest.fixture
def command(store):
    rights = panel_editor(FakePanelStore(), FakePeople(), (), ()).rights
    return ExamplesCommand(store, Learning.CHANNEL, rights, auditor())


async def test_those_of_the_channel_are_shown_and_whether_any_are_kept(command):
    shown = str(await command.carry_out("", requester("UMEMBER")))
    assert KEPT.name in shown
    assert "finance, legal" in shown
    assert "in this channel only" in shown
    assert "<!channel>" not in shown
    assert "Secret" not in shown


async def test_an_admin_drops_them_everywhere(command, store):
    await command.carry_out(f"drop {KEPT.name}", requester("UADMIN"))
    assert list(await store.of_team("T1")) == [ELSEWHERE]
    with pytest.raises(Refused, match="No correction here"):
        await command.carry_out(f"drop {ELSEWHERE.name}", requester("UADMIN"))


async def test_nobody_else_does(command, store):
    for user in ("UMEMBER", "UGUEST", "USTRANGER"):
        with pytest.raises(Refused, match="admins"):
            await command.carry_out("drop all", requester(user))
    assert len(await store.of_team("T1")) == 2
