import string

from hypothesis import given
from hypothesis import strategies as some

from bot.experts import library
from bot.panel.model import Effort, Expert, ExpertName, Synthesis, WhenUnsure
from bot.panel.roster.expert_checks import check_rules
from bot.panel.roster.panel_file import PanelFile
from bot.panel.roster.roster import RosterChanges
from bot.settings.yaml_files.panel_reading import read
from bot.settings.yaml_files.panel_writing import write

TAX = Expert(ExpertName("tax"), "Tax Counsel", ":receipt:", "Taxes.", "Count.\nCount again.")
PLACE = "the file panel.yaml"

words = some.text("aZ09 .,:;#-'\"!?&*[]{}|>%@`~äß€😀\\", min_size=1, max_size=40).map(
    lambda text: " ".join(text.split())
)
_BREAKS = "\r\n\t\x0b\x0c\x1c\x1e\x85\u2028\u2029\xa0\xad\ufeff\ufffe\uffff\x00\x1b\x7f\x9f"
_ODD = _BREAKS + "😀é#:-|>&*!%@`'\"{}[],?~= "
_WORDS = [
    "yes",
    "null",
    "~",
    "1.10",
    "0x1F",
    "2027-01-01",
    "<<",
    "---",
    "...",
    "- a",
    "a: b",
    "# a",
]
texts = (
    some.text(string.printable + _ODD)
    | some.text(some.characters(exclude_categories=["Cs"]))
    | some.lists(some.sampled_from(_WORDS) | some.text(_ODD, max_size=3)).map("".join)
    | some.lists(some.text("a ", max_size=9)).map("\n".join)
    | some.integers(200, 700).map(lambda length: "long " * length)
).map(lambda text: text.strip()[:3_000].strip())
experts = some.builds(
    Expert,
    name=some.from_regex(r"x[a-z]{1,20}", fullmatch=True).map(ExpertName),
    title=some.text(string.ascii_letters, min_size=5, max_size=40).map(
        lambda text: f"Expert {text}"[:40]
    ),
    icon=some.just(":scales:"),
    purpose=words.filter(bool),
    instructions=texts.filter(bool),
    model=some.none() | some.sampled_from(["gpt-6-luna", "qwen3:8b", "007"]),
    effort=some.sampled_from(Effort),
    collections=some.just(()),
    always_consult=some.booleans(),
)
changes = some.builds(
    RosterChanges,
    added=experts.map(lambda one: {one.name: one}) | some.just({}),
    removed=some.frozensets(some.sampled_from([ExpertName("legal"), ExpertName("finance")])),
    synthesis=some.none() | some.sampled_from(Synthesis),
    streaming=some.none() | some.booleans(),
    unsure=some.none() | some.sampled_from(WhenUnsure),
    rules=some.none() | texts.map(lambda text: check_rules(text[:2_000])).filter(bool),
)
channels = some.dictionaries(
    some.sampled_from(["C01", "C02", "G03"]), changes.filter(lambda one: one != RosterChanges())
)


@given(some.builds(PanelFile, changes, channels, some.just(PLACE)))
def test_what_is_written_is_read_again(panels):
    assert read(write(panels), "panel.yaml") == panels


SCOPE = """\
  synthesis: auto
  streaming: 'on'
  remove:
    - legal
  experts:
    - name: tax
      title: Tax Counsel
      icon: ':receipt:'
      purpose: Taxes.
      instructions: |-
        Count.
        Count again.
""".splitlines()


def test_the_text_is_easy_to_read_and_to_compare():
    long = RosterChanges({TAX.name: TAX}, frozenset({ExpertName("legal")}), Synthesis.AUTO, True)
    panels = PanelFile(long, {"C2": RosterChanges(streaming=False), "C1": long})

    assert write(panels).splitlines()[1:] == [
        "version: 1",
        "defaults:",
        *SCOPE,
        "channels:",
        "  C1:",
        *(f"  {line}" for line in SCOPE),
        "  C2:",
        "    streaming: 'off'",
    ]


def test_experts_and_channels_have_a_fixed_order():
    bundled = {one.name: one for one in library.library()}
    turned = dict(reversed(bundled.items()))
    removed = RosterChanges(removed=frozenset(bundled))

    one = write(PanelFile(RosterChanges(bundled), {"C1": removed, "C2": removed}))
    other = write(PanelFile(RosterChanges(turned), {"C2": removed, "C1": removed}))

    assert one == other


def test_instructions_are_written_line_by_line_also_with_blanks_at_their_ends():
    trailing = Expert(TAX.name, TAX.title, TAX.icon, TAX.purpose, "Count.  \nAgain.")

    text = write(PanelFile(RosterChanges({TAX.name: trailing})))

    assert "instructions: |-\n        Count.  \n        Again.\n" in text
