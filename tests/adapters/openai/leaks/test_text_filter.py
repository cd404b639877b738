"""What people read of a text, in whatever pieces it comes."""

import gc
import random
import time
import weakref

import pytest

from bot.adapters.openai.leaks.text_filter import TextFilter

HARMONY = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>"

THOUGHTS = [
    ("<think>a</think>b", "b", ["a"]),
    ("<think>\na\n</think>\n\nb", "b", ["a"]),
    ("\n<Thinking>a</Thinking> b", "\nb", ["a"]),
    ("<reasoning>a</reasoning>b", "b", ["a"]),
    ("<seed:think>a</seed:think>b", "b", ["a"]),
    ("a, and more\n</think>\n\nb", "b", ["a, and more"]),
    ("<think>never ended", "", ["never ended"]),
    ("b <think>never ended", "b ", ["never ended"]),
    ("b. <think> never ended", "b. ", ["never ended"]),
    ("b <think> c </think> d", "b  d", ["c"]),
    ("[THINK]a[/THINK]b", "b", ["a"]),
    ("◁think▷a◁/think▷b", "b", ["a"]),
    (
        "<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>b<|end_of_solution|>",
        "b",
        ["a"],
    ),
    ("<|channel>thought\na<channel|>b<turn|>", "b", ["thought\na"]),
    ("<unused94>a<unused95>b", "b", ["a"]),
    ("<think>a</think><answer>b</answer>", "b", ["a"]),
    ("<think>`</think>` or <think>?</think>b", "b", ["`</think>` or <think>?"]),
    ("<think>a</think>b</think>", "b", ["a"]),
    ("<think>a</think>b</think>c", "c", ["a", "b"]),
    ("<think>a</think>b<think>c</think>d", "bd", ["a", "c"]),
    (
        "Here is my thought process: a Here is my response: b",
        "b",
        ["Here is my thought process: a"],
    ),
    ("analysisWe need a.assistantfinalb", "b", ["analysisWe need a."]),
    (HARMONY + "final<|message|>b<|return|>", "b", ["Hm."]),
    ("analysis<|message|>Hm.<|end|>final<|message|>b", "b", ["Hm."]),
    ("<|start|>assistant<|message|>b<|end|>", "b", []),
    ("b<|im_end|>\n<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\nd", "b\n\nd", ["c"]),
    ("b<|eot_id|>", "b", []),
    ("b</s>", "b", []),
    ("<|start_header_id|>assistant<|end_header_id|>\n\nb<|eot_id|>", "b", []),
    ("b<｜end▁of▁sentence｜>", "b", []),
    ("[/INST] b <end_of_turn>", "b ", []),
    ("b<|im_end", "b<|im_end", []),
]

UNTOUCHED = [
    "DeepSeek writes a <think> block first. Then it answers.",
    "Models open with <think>, then think. Later they write a <think> again.",
    "Qwen puts its calls into <tool_call> tags.",
    "Harmony uses (<|channel|>) for that, and <|python_tag|> is Llama's.",
    "A long line " * 40 + "that has a <think> block in it, and goes on.",
    "Mistral begins with [TOOL_CALLS] in that case.",
    "",
    "  \n b",
    "Ask `<think>` or ``a ` </think>``.",
    "```\n<think>\n</think>\n```\nThat is it.",
    "1. ~~~xml\n<think>\n~~~\n",
    "```<think>``` is the mark.",
    "Here is my thought process: 1 + 1 = 2.",
    "analysis of the matter",
    "a < b, <b>bold</b>, x <- y, [link](https://a.b), [INSTANT] and ~~gone~~",
    "It was <s>bad</s> good.",
    "<response>200</response>",
    "Press `<|im_end|>` then\n\nwait `",
]

CALLS = [
    (HARMONY + 'commentary to=functions.a <|constrain|>json<|message|>{"b": "c"}<|call|>', "", "a"),
    ('analysisHm.assistantcommentary to=functions.a json{"b": "c"}', "", "a"),
    ('to=functions.a <|message|>{"b": "c"}', "", "a"),
    ('Let me see.\n<tool_call>{"b": "c"}</tool_call><|im_end|>', "Let me see.\n", ""),
    ('<function=a>{"b": "c"}</function>', "", "a"),
    ('[TOOL_CALLS]{"b": "c"}</s>', "", ""),
    ('<|python_tag|>{"b": "c"}<|eom_id|>', "", ""),
    ('<tool_call>{"b": "c"}', "", ""),
]

ALL = [text for text, *_ in THOUGHTS] + UNTOUCHED + [text for text, *_ in CALLS]


def read(*pieces: str) -> tuple[TextFilter, str]:
    text = TextFilter()
    meanwhile = "".join(text.feed(piece) for piece in pieces)
    return text, meanwhile + text.end()


@pytest.mark.parametrize(("text", "shown", "thoughts"), THOUGHTS)
def test_thoughts_and_marks_are_not_for_people(text: str, shown: str, thoughts: list[str]) -> None:
    whole, _ = read(text)
    assert (whole.shown.text, whole.thoughts.noted) == (shown, thoughts)


@pytest.mark.parametrize("text", UNTOUCHED)
def test_a_text_without_marks_and_marks_in_code_stay(text: str) -> None:
    whole, _ = read(text)
    assert (whole.shown.text, whole.thoughts.noted, whole.calls) == (text, [], [])


@pytest.mark.parametrize(("text", "shown", "tool"), CALLS)
def test_calls_are_set_apart(text: str, shown: str, tool: str) -> None:
    whole, _ = read(text)
    assert whole.shown.text == shown
    assert [(call.tool, call.body.strip()) for call in whole.calls] == [(tool, '{"b": "c"}')]


@pytest.mark.parametrize("text", ALL)
def test_it_does_not_matter_in_which_pieces_it_comes(text: str) -> None:
    chance = random.Random(text)  # noqa: S311 - chooses pieces
    whole, _ = read(text)
    for most in (1, 2, 3, 5, 9, 9, 9, 20, 20):
        pieces, at = [], 0
        while at < len(text):
            pieces.append(text[at : (at := at + chance.randint(1, most))])
        split, meanwhile = read(*pieces)
        assert (split.shown.text, split.thoughts.noted, split.calls) == (
            whole.shown.text,
            whole.thoughts.noted,
            whole.calls,
        ), pieces
        assert split.shown.took_back or meanwhile == whole.shown.text, pieces


def test_mixtures_are_the_same_in_any_pieces() -> None:
    chance = random.Random(11)  # noqa: S311 - chooses texts
    for _ in range(300):
        text = "".join(chance.choice([*ALL, "`", "``", "\n", "\n\n", "x "]) for _ in range(4))
        cut = chance.randrange(len(text) + 1)
        whole, split = read(text)[0], read(text[:cut], text[cut:])[0]
        assert (split.shown.text, split.thoughts.noted, split.calls) == (
            whole.shown.text,
            whole.thoughts.noted,
            whole.calls,
        ), (text, cut)


def test_only_what_may_begin_a_mark_waits() -> None:
    text = TextFilter()
    assert text.feed("The answer is a <") == "The answer is a "
    assert text.feed(" b. And <thi") == "< b. And "
    assert text.feed("s> is") == "<this> is"
    assert text.feed(" so.\n") == " so."
    assert text.end() == "\n"


@pytest.mark.parametrize("mark", ["<think>", "</think>", "`<", "\n\n", "<|channel|>", "[", "```\n"])
def test_time_is_linear(mark: str) -> None:
    text = mark * (40_000 // len(mark))
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 1


def test_a_filter_is_gone_with_whoever_held_it() -> None:
    """A turn makes several: the garbage collector would have all of them to look for."""
    text = TextFilter()
    text.feed("Said <think>thought</think> and said.")
    text.end()
    gone = weakref.ref(text)
    gc.disable()
    try:
        del text
        assert gone() is None
    finally:
        gc.enable()
