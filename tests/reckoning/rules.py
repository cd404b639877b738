"""The rules of the reckoning: each looks at one thread, and yields what is wrong, in words.

1. Every expert that a question names answers it in its thread exactly once, and nobody else does.
2. The turns of a thread are answered in order, each with one plan and one synthesis at most.
3. A thread has one router conversation and one for each expert, and each names the others.
4. Every conversation holds each question once, and no call without its output.

What a world brings with it (failures, events out of order) is allowed by its arguments alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from decimal import Decimal

from bot.panel.language_model.exchange import ABORTED, ToolAnswered, ToolCalled, UserSaid
from tests.reckoning.questions import asked_in
from tests.reckoning.records import Conversation, Offer, OfThread, Press, Question, Remark, Said

MaySwap = Callable[[str, str], bool]  # whether messages may have arrived in the other order
USUAL = frozenset({"late", "plan", "reply", "router", "synthesis"})


def _never(_one: str, _other: str) -> bool:
    return False


def strange(said: Sequence[Said], kinds: Set[str], failing: Set[str] | None) -> Iterator[str]:
    """Complain of messages of other *kinds*, and of failures but by *failing*; None: by anybody."""
    for one in said:
        if one.kind not in kinds:
            yield f"there is a message of the kind {one.kind}"
        if one.failed and failing is not None and one.speaker not in failing:
            yield f"{one.speaker} could not answer"


def answered(
    said: Sequence[Said],
    questions: Sequence[Question],
    excused: Set[int] = frozenset(),
    lost: Set[int] = frozenset(),
) -> Iterator[str]:
    """Complain of answers that are missing, doubled or nobody's.

    *excused* ones may be missing. Those that were *lost* the router may sum up for want of answers:
    a turn that Redis had back as it was before could end their calls.
    """
    heard = Counter((n, one.speaker) for one in said for n in one.numbers if one.answers)
    for question in questions:
        failed = in_vain(question, said)
        for expert in question.experts or ("",):
            times = heard.pop((question.number, expert), 0)
            may_miss = expert in failed or question.number in excused
            if times != 1 and not (times == 0 and may_miss):
                yield f"Q{question.number} is answered {times} times by {expert or 'the bot'}"
    for (number, speaker), times in heard.items():
        if not speaker and number in lost:
            continue
        yield f"Q{number} is answered {times} times by {speaker}, who was not asked"


def pressed(
    said: Sequence[Said], presses: Sequence[Press], excused: Set[str] = frozenset()
) -> Iterator[str]:
    """Complain of *presses* that the expert who is wanted does not answer, and nobody else, once.

    *excused* ones, by their ts, may be unanswered.
    """
    for press in presses:
        own = [one for one in said if one.turn_ts == press.ts]
        failed = any(one.failed for one in own)
        answers = {one.part.rpartition(":")[0]: one.speaker for one in own if one.answers}
        may_miss = failed or press.ts in excused
        if [*answers.values()] != [press.expert] and not (may_miss and not answers):
            yield f"{[*answers.values()]} answer the press {press.ts} for {press.expert}"


def chosen(
    said: Sequence[Said],
    questions: Sequence[Question],
    offers: Sequence[Offer],
    may_swap: MaySwap = _never,
) -> Iterator[str]:
    """Complain of *offers* that others answer than one who pressed has chosen, or twice.

    Nobody may answer as long as nobody has pressed; buttons go with an answer, and with an answer
    to anything that was written later.
    """
    for offer in offers:
        own = [one for one in said if one.turn_ts == offer.press and one.answers]
        answers = {one.part.rpartition(":")[0]: one.speaker for one in own}
        about = [one for one in questions if offer.is_about(one)]
        named = {name for one in about for name in one.experts} or {""}
        wanted = [sorted(one or named) for one in offer.pressed]
        failed = {one.speaker for one in said if one.failed and one.turn_ts == offer.press}
        speakers = sorted([*answers.values(), *failed])
        if speakers and speakers not in wanted:
            yield f"{speakers} answer the offer {offer.ts}, for which {wanted} were chosen"
        theirs = [one for one in questions if any(other.is_about(one) for other in offers)]
        swapped = any(
            may_swap(one.ts, other.ts) for one in about for other in theirs if one != other
        )
        others = {n for one in said if one.answers and one not in own for n in one.numbers}
        if not swapped and (twice := others & {n for one in own for n in one.numbers}):
            yield f"{sorted(twice)} are answered again, as {offer.ts} asked whom to ask"
        later = any(one.answers and Decimal(one.turn_ts) > Decimal(offer.ts) for one in said)
        if offer.is_open and (speakers or later):
            yield f"the buttons of {offer.ts} are left"


def in_vain(question: Question, said: Sequence[Said]) -> Set[str]:
    """Return the experts who said that they could not answer *question*, alone or among others.

    Its turn is the one that names it; else the last one that begins with it or before it. It may
    begin after it: messages overtake each other on their way.
    """
    begun = (one.turn_ts for one in said if Decimal(one.turn_ts) <= Decimal(question.ts))
    turns = {one.turn_ts for one in said if question.number in one.numbers}
    turns = turns or {max(begun, key=Decimal, default=question.ts)}
    return {one.speaker for one in said if one.failed and one.turn_ts in turns}


def repeated(said: Sequence[Said]) -> Iterator[str]:
    """Complain of a part of a turn, or a summary, that is there twice."""
    for (turn, part), times in Counter((one.turn, one.part) for one in said).items():
        if times > 1:
            yield f"{part} of {turn} is there {times} times"
    for turn, times in Counter(one.turn for one in said if one.kind == "synthesis").items():
        if times > 1:
            yield f"{turn} is summed up {times} times"


def summed_up(
    said: Sequence[Said], failing: Set[str], excused: Set[str] = frozenset()
) -> Iterator[str]:
    """Complain of a turn with several answers and no synthesis, or the reverse.

    *excused* turns, by their first message's ts, may have been stopped before.
    """
    replies = Counter((one.turn, one.speaker) for one in said if one.kind == "reply")
    summed = {one.turn for one in said if one.kind == "synthesis"}
    for turn, answers in Counter(turn for turn, _ in replies).items():
        own = [one for one in said if one.turn == turn]
        failed = any(one.failed or one.speaker in failing for one in own)
        may_miss = failed or own[0].turn_ts in excused
        if not may_miss and (answers > 1) != (turn in summed):
            yield f"{turn} has {answers} answers and {'a' if turn in summed else 'no'} synthesis"


def out_of_order(said: Sequence[Said], may_swap: MaySwap = _never) -> Iterator[str]:
    """Complain of answers to a message after those to a later one, unless both came at once."""
    for place, one in enumerate(said):
        later = [
            other.turn_ts
            for other in said[:place]
            if Decimal(other.turn_ts) > Decimal(one.turn_ts)
            and not may_swap(one.turn_ts, other.turn_ts)
        ]
        if later:
            yield f"{one.part} of {one.turn} comes after an answer to {later[0]}"


def linked(
    known: OfThread, said: Sequence[Said], asked: Set[str], unheard: Set[str] = frozenset()
) -> Iterator[str]:
    """Complain of conversations that are missing, doubled or do not name each other.

    Of those *asked*, only *unheard* experts may have none.
    """
    stamps = {one.router for one in said}
    if len(known.routers) != 1:
        yield f"there are {len(known.routers)} router conversations"
        return
    (router,) = known.routers
    if stamps - {router.id}:
        yield f"the messages name the router conversations {sorted(stamps)}, not {router.id}"
    for expert in sorted(asked | known.experts.keys()):
        conversations = known.experts.get(expert, [])
        if len(conversations) != 1 and (conversations or expert not in unheard):
            yield f"there are {len(conversations)} conversations of {expert}"
        for one in conversations:
            if router.experts.get(expert) != one.id:
                yield f"the router's labels do not name the conversation of {expert}"
            if one.router != router.id:
                yield f"the labels of {expert} do not name the router's conversation"


def heard(
    one: Conversation,
    questions: Sequence[Question],
    excused: Set[int] = frozenset(),
    presses: Sequence[Press] = (),
) -> Iterator[str]:
    """Complain of questions that it heard or answered twice, or should have heard.

    *excused* ones need not be heard; those that *presses* are about may be once more for each.
    """
    told, said = Counter(one.heard), Counter(one.answered)
    for question in questions:
        times = told[question.number]
        concerned = one.expert in ("", *question.experts)
        may_miss = not concerned or question.number in excused
        most = 1 + sum(press.is_about(question) for press in presses)
        if times > most or (times == 0 and not may_miss):
            yield f"{one.name} heard Q{question.number} {times} times"
        if (times := said[question.number]) > most:
            yield f"{one.name} answered Q{question.number} {times} times"


def read(known: OfThread, remarks: Iterable[Remark]) -> Iterator[str]:
    """Complain of *remarks* that the router was not told with one of the questions after them."""
    texts = [i.text for one in known.routers for i in one.items if isinstance(i, UserSaid)]
    heard = [{asked.number for asked in asked_in(text)} for text in texts]
    for one in remarks:
        is_due = any(one.before & numbers and one.of not in numbers for numbers in heard)
        if is_due and not any(one.words in text for text in texts):
            yield f"the router does not know of {one.words!r}"


def heard_in_order(
    one: Conversation, questions: Sequence[Question], may_swap: MaySwap = _never
) -> Iterator[str]:
    """Complain if it heard a question after a later one, unless both came at once."""
    ts = {question.number: question.ts for question in questions}
    known = [ts[number] for number in one.heard if number in ts]
    for place, heard in enumerate(known):
        for earlier in known[:place]:
            if Decimal(earlier) > Decimal(heard) and not may_swap(heard, earlier):
                yield f"{one.name} heard {heard} after {earlier}"


def calls(one: Conversation, lost: Set[int] = frozenset()) -> Iterator[str]:
    """Complain of a call without its output, or with two, and of a lock.

    Those of questions that were *lost* may be open until the model is asked again.
    """
    if one.is_locked:
        yield f"{one.name} is locked"
    made = Counter(item.call_id for item in one.items if isinstance(item, ToolCalled))
    given = Counter(item.call_id for item in one.items if isinstance(item, ToolAnswered))
    yield from (f"{one.name} holds the call {id_} {n} times" for id_, n in made.items() if n > 1)
    yield from (f"{one.name} answers the call {id_} twice" for id_, n in given.items() if n > 1)
    lost_calls = _calls_of(one, lost)
    for call in made:
        if call not in given and call not in lost_calls:
            yield f"{one.name} holds the call {call} without its output"
    yield from _made_twice(one)


def _calls_of(one: Conversation, questions: Set[int]) -> Iterable[str]:
    """Return the calls that were made for one of *questions*, alone or among others."""
    asked: Set[int] = frozenset()
    found: list[str] = []
    for item in one.items:
        if isinstance(item, UserSaid):
            asked = {question.number for question in asked_in(item.text)}
        elif isinstance(item, ToolCalled) and asked & questions:
            found.append(item.call_id)
    return found


def _made_twice(one: Conversation) -> Iterator[str]:
    """Complain of an expert that is called twice for the same question, and not in vain."""
    outputs = (item for item in one.items if isinstance(item, ToolAnswered))
    in_vain = {item.call_id for item in outputs if item.output == ABORTED}
    made: list[str] = []
    for item in one.items:
        if isinstance(item, UserSaid):
            made.clear()
        elif isinstance(item, ToolCalled) and item.call_id not in in_vain:
            if item.tool in made:
                yield f"{one.name} calls {item.tool} twice"
            made.append(item.tool)
