from bot.panel.model import Expert, ExpertName, Synthesis, ThreadRef
from bot.panel.roster.roster import ChannelScope, RosterChanges, WorkspaceScope, assemble, scopes_of

LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Law.", "Read it.")
TAX = Expert(ExpertName("tax"), "Tax", ":receipt:", "Taxes.", "Count.")
OTHER_LEGAL = Expert(ExpertName("legal"), "Lawyer", ":scales:", "Law.", "Argue.")


def names(panel):
    return [expert.name for expert in panel.experts]


def test_a_panel_begins_with_the_defaults_in_order():
    assert names(assemble([TAX, LEGAL], [])) == ["legal", "tax"]


def test_a_narrower_scope_has_the_last_word():
    wide = RosterChanges(added={TAX.name: TAX}, synthesis=Synthesis.NEVER)
    narrow = RosterChanges(removed=frozenset({LEGAL.name, TAX.name}))
    back = RosterChanges(added={LEGAL.name: OTHER_LEGAL}, synthesis=Synthesis.ALWAYS)
    assert names(assemble([LEGAL], [wide])) == ["legal", "tax"]
    assert names(assemble([LEGAL], [wide, narrow])) == []
    panel = assemble([LEGAL], [wide, narrow, back])
    assert (panel.experts, panel.synthesis) == ((OTHER_LEGAL,), Synthesis.ALWAYS)


def test_a_thread_is_decided_by_three_scopes():
    thread = ThreadRef("T1", "C1", "1.0")
    assert scopes_of(thread) == (WorkspaceScope("T1"), ChannelScope("T1", "C1"), thread)
