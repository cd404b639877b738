import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.openai.labels import LONGEST_VALUE, MOST_PAIRS, pack, unpack
from bot.panel.links import ExpertLabels, Labels, RouterLabels
from bot.panel.model import ConsultationPath, ConversationId, ExpertName, ThreadRef
from bot.panel.roster.expert_checks import LONGEST_NAME

RECOVERABLE = 100  # experts whom the metadata of one thread hold at least
THREAD = ThreadRef("T0123456789", "C0123456789", "1700000000.000100")

slack_ids = st.from_regex(r"[A-Z][A-Z0-9]{8,10}", fullmatch=True)
stamps = st.from_regex(r"[0-9]{10}\.[0-9]{6}", fullmatch=True)
threads = st.builds(ThreadRef, slack_ids, slack_ids, stamps)
names = st.text(min_size=1, max_size=LONGEST_NAME).map(ExpertName)
openai_ids = st.from_regex(r"conv_[0-9a-f]{48}", fullmatch=True)
any_ids = st.text(min_size=1, max_size=60)
conversations = st.one_of(openai_ids, any_ids).map(ConversationId)
experts = st.dictionaries(names, conversations, max_size=12)
labels = st.one_of(
    st.builds(RouterLabels, threads, experts),
    st.builds(ExpertLabels, threads, names, conversations),
)


def router(number: int, id_length: int = 48) -> RouterLabels:
    ids = {
        ExpertName(f"{i:0>{LONGEST_NAME}}"): ConversationId(f"conv_{i:0>{id_length}}")
        for i in range(number)
    }
    return RouterLabels(THREAD, ids)


@given(labels)
def test_labels_survive_being_metadata(given_labels: Labels) -> None:
    assert unpack(pack(given_labels)) == given_labels


@given(labels)
def test_metadata_keep_to_the_limits(given_labels: Labels) -> None:
    metadata = pack(given_labels)
    assert len(metadata) <= MOST_PAIRS
    assert all(len(key) <= 64 and len(value) <= LONGEST_VALUE for key, value in metadata.items())


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=20)))
def test_metadata_of_others_are_not_ours(metadata: dict[str, str]) -> None:
    assert unpack(metadata) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_damaged_metadata_raise_nothing(head: str, value: str) -> None:
    unpack({"panelbot": f"1 router a/b/c {head}", "experts_0": value})
    unpack({"panelbot": head, "experts_0": value, "expert": value, "router": value})


@given(labels)
def test_what_a_newer_version_adds_is_passed_over(given_labels: Labels) -> None:
    metadata = pack(given_labels)
    head = f"{metadata['panelbot']} budget=7"
    assert unpack({**metadata, "panelbot": head, "summary": "conv_1"}) == given_labels


def test_a_hundred_experts_fit_with_the_longest_names() -> None:
    hundred = router(RECOVERABLE)
    assert unpack(pack(hundred)) == hundred


def test_what_does_not_fit_is_left_out_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        kept = unpack(pack(router(500)))
    assert isinstance(kept, RouterLabels)
    assert set(kept.experts.items()) < set(router(500).experts.items())
    assert len(kept.experts) > RECOVERABLE
    assert [(r.message, r.__dict__["kept"]) for r in caplog.records] == [
        ("labels.cut", len(kept.experts))
    ]


def test_one_that_is_too_long_does_not_push_out_the_others() -> None:
    giant = {ExpertName("giant"): ConversationId("x" * 9_000)}
    small = {ExpertName("small"): ConversationId("conv_1")}
    assert unpack(pack(RouterLabels(THREAD, giant | small))) == RouterLabels(THREAD, small)


def test_what_a_longer_list_left_behind_is_not_read() -> None:
    merged = pack(router(RECOVERABLE)) | pack(router(3))
    assert unpack(merged) == router(3)


def test_a_later_version_is_not_misread() -> None:
    later = {key: value.replace("1 ", "2 ", 1) for key, value in pack(router(1)).items()}
    assert unpack(later) is None


def test_who_is_consulted_by_other_experts_is_the_first_to_be_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    full = router(RECOVERABLE).experts
    name = next(iter(full))
    consulted = {ExpertName(f"{name}/{one}"): ConversationId("conv_x") for one in full}

    with caplog.at_level(logging.WARNING):
        kept = unpack(pack(RouterLabels(THREAD, {**consulted, **full})))

    assert isinstance(kept, RouterLabels)
    assert full.items() <= kept.experts.items()
    assert len(kept.experts) < 2 * RECOVERABLE
    assert "labels.cut" in caplog.text


def test_an_expert_consulted_by_another_keeps_its_place() -> None:
    seat = ConsultationPath("legal/tax")
    given_labels = RouterLabels(THREAD, {seat: ConversationId("conv_1")})
    assert unpack(pack(given_labels)) == given_labels
    assert "legal/tax=1" in pack(given_labels).values()
