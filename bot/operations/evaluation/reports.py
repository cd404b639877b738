"""Reports of an evaluation: for people as Markdown, for programs as JSON, for CI as JUnit XML."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from operator import itemgetter
from statistics import median
from typing import Any
from xml.etree import ElementTree

from bot.operations.evaluation import scores
from bot.operations.evaluation.calibration import Calibration, calibration
from bot.operations.evaluation.checks import Check
from bot.operations.evaluation.evaluation import Run, experts_of
from bot.operations.evaluation.scores import MEASURES, Choice, Counts
from bot.operations.export.names import printable

_MOST_CONFUSED = 15
_MOST_WRONG = 20
_MOST_CHECKS = 60
_LONGEST_QUESTION = 80
UNDEFINED = "\N{EN DASH}"  # in place of a share of nothing
_MARKUP = "\\`*[]<>|~"
_OF_EXPERTS = ("f1", "precision", "recall")
_IN_COLUMNS = ("exact", "f1", "precision", "recall", "over-selection")


def as_markdown(run: Run, against: Run | None = None) -> str:
    """Return the report for people; *against* is the run that *run* is compared with."""
    lines = [*heading(run), *_summary(run), ""]
    values = [(name, shown(value)) for name, value in measures(run).items()]
    lines += _comparison(run, against) if against else table(("measure", "value"), values)
    if any(one.question.tags for one in run.choices):
        lines += ["", "## By tag", "", *_by_tag(run.choices)]
    lines += ["", "## By expert", "", *_by_expert(run.choices)]
    if confused := scores.confusion(run.choices):
        lines += ["", "## Who was asked in place of whom", "", *_confused(confused)]
    if calibrated := calibration(run):
        lines += ["", "## How far likelihoods can be believed", "", *_calibrated(calibrated)]
    if any(one.passed for one in run.choices):
        lines += ["", "## Answers", "", *_answers(run)]
    if wrong := [one for one in run.choices if not one.is_exact]:
        lines += ["", "## Other choices than the right ones", "", *_wrong(wrong)]
    return "\n".join([*lines, ""])


def as_json(run: Run, against: Run | None = None) -> str:
    """Return the report for programs."""
    told: dict[str, Any] = _fields(run)
    if against:
        told["against"] = _fields(against)
        told["difference"] = {
            name: dict(zip(("gain", "low", "high"), gain, strict=True))
            for name, gain in scores.differences(run.choices, against.choices).items()
        }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def as_junit(run: Run, against: Run | None = None) -> str:
    """Return the report for CI, with a test for each question and for each check of an answer."""
    sums = scores.total(run.choices)
    wrong = sums.questions - sums.exact + sums.checks - sums.passed
    suite = ElementTree.Element(
        "testsuite", name=_one_line(f"panelbot eval: {run.panel}"),
        tests=str(sums.questions + sums.checks), failures=str(wrong), errors="0", skipped="0",
    )  # fmt: skip
    for choice, note in zip(run.choices, run.notes, strict=True):
        name = f"{_one_line(choice.question.id)}: {_short(choice.question.text)}"
        case = ElementTree.SubElement(
            suite, "testcase", classname="routing", name=name, time=f"{note.seconds:.3f}"
        )
        if not choice.is_exact:
            ElementTree.SubElement(case, "failure", message=_difference_in_words(choice))
    for id_, check, passed, reason in _checked(run):
        name = f"{_one_line(id_)}: {_short(str(check))}"
        case = ElementTree.SubElement(suite, "testcase", classname="answers", name=name)
        if not passed:
            why = _one_line(reason) or "the answer has not passed it"
            ElementTree.SubElement(case, "failure", message=why)
    properties = ElementTree.SubElement(suite, "properties")
    for measure, value in measures(run).items():
        told = UNDEFINED if value is None else f"{value:.4f}"
        ElementTree.SubElement(properties, "property", name=measure, value=told)
    gains = scores.differences(run.choices, against.choices) if against else {}
    for measure, (gain, low, high) in gains.items():
        told = f"{gain:+.4f} ({low:+.4f} to {high:+.4f})"
        ElementTree.SubElement(properties, "property", name=f"{measure}, gain", value=told)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def heading(run: Run) -> Iterator[str]:
    """Yield what was asked how often, under the panel's name."""
    count = len({one.question.id for one in run.choices})
    times = len(run.choices) // count
    asked = f"{count} question{'' if count == 1 else 's'}" + (
        f", {times} times each" if times > 1 else ""
    )
    yield from (f"# {_one_line(run.panel)}", "", f"- {asked}, put to {run.router}")


def _summary(run: Run) -> Iterator[str]:
    cost = "unknown, as it has no price" if run.cost is None else f"${run.cost:.4f}"
    seconds = [note.seconds for note in run.notes if note.seconds]
    took = f"; {median(seconds):.2f} s at the median" if seconds else ""
    yield f"- cost: {cost}, for {sum(note.tokens for note in run.notes)} tokens{took}"
    yield f"- version of the panel: {run.version}"
    if run.judge:
        yield f"- answers judged by {run.judge}"
    if unknown := sum(note.unknown for note in run.notes):
        yield f"- experts called that are not on the panel: {unknown}"
    if unjudged := sum(note.unjudged for note in run.notes):
        yield f"- first looks that failed, so that the router chose alone: {unjudged}"
    if len({one.question.id for one in run.choices}) < len(run.choices):
        yield f"- questions for which repeated choices differ: {scores.unsteady(run.choices):.1%}"


def _comparison(run: Run, against: Run) -> Iterator[str]:
    new, old = measures(run), measures(against)
    gains = scores.differences(run.choices, against.choices)
    rows = [
        (name, shown(new[name]), shown(old[name]), *gain_cells(gains.get(name)))
        for name in MEASURES
    ]
    head = ("measure", run.panel, against.panel, "difference", "95 % interval")
    yield from table(head, rows)


def gain_cells(gain: tuple[float, float, float] | None) -> tuple[str, str]:
    """Return a gain and its interval as people read them."""
    if gain is None:
        return UNDEFINED, UNDEFINED
    return f"{gain[0]:+.3f}", f"{gain[1]:+.3f} to {gain[2]:+.3f}"


def _by_tag(choices: Sequence[Choice]) -> Iterator[str]:
    rows = [
        (tag, str(sums.questions), *(shown(MEASURES[name](sums)) for name in _IN_COLUMNS))
        for tag, sums in scores.by_tag(choices).items()
    ]
    yield from table(("tag", "questions", *_IN_COLUMNS), rows)


def _by_expert(choices: Sequence[Choice]) -> Iterator[str]:
    rows = [
        (name, str(sums.right), str(sums.chosen), *(shown(MEASURES[m](sums)) for m in _OF_EXPERTS))
        for name, sums in scores.by_expert(choices).items()
    ]
    yield from table(("expert", "right", "chosen", *_OF_EXPERTS), rows)


def shown(value: float | None) -> str:
    """Return the value of a measure as people read it."""
    return UNDEFINED if value is None else f"{value:.3f}"


def _confused(confused: Mapping[tuple[str, str], int]) -> Iterator[str]:
    most = sorted(confused.items(), key=lambda one: (-one[1], one[0]))[:_MOST_CONFUSED]
    rows = [(missed, instead, str(count)) for (missed, instead), count in most]
    yield from table(("right", "asked instead", "times"), rows)


def _calibrated(found: Calibration) -> Iterator[str]:
    rows = [
        (f"{one.low:.1f} to {one.high:.1f}", str(one.count), shown(one.said), shown(one.true))
        for one in found.bins
    ]
    yield from table(("said", "statements", "at the mean", "true"), rows)
    yield ""
    yield f"Brier score: {found.brier:.3f} (0 at best; always saying 0.5 has 0.250)."
    yield ""
    for setting, tried in found.by_setting.items():
        counts = [[shown(n) for n in (one.f1, one.exact, one.asked, one.offered)] for one in tried]
        lines = [(f"{one.value:g}", *cells) for one, cells in zip(tried, counts, strict=True)]
        yield from table((setting, "f1", "exact", "asked", "offered"), lines)
        yield ""
    yield f"The highest f1 has {found.best:.1f}."


def _wrong(choices: Sequence[Choice]) -> Iterator[str]:
    rows = [
        (one.question.id, _short(one.question.text), experts_of(one.right), experts_of(one.chosen))
        for one in choices[:_MOST_WRONG]
    ]
    yield from table(("id", "question", "right", "chosen"), rows)
    yield from _and_more(len(choices) - len(rows))


def _checked(run: Run) -> Iterator[tuple[str, Check, bool, str]]:
    """Yield each check of an answer, after the question's id: whether it is passed, and why."""
    for choice, note in zip(run.choices, run.notes, strict=True):
        reasons = note.reasons or [""] * len(note.passed)  # what was noted has none
        for check, passed, why in zip(choice.question.checks, note.passed, reasons, strict=False):
            yield choice.question.id, check, passed, why


def _answers(run: Run) -> Iterator[str]:
    """Yield the checks of answers, those that failed first."""
    checked = sorted(_checked(run), key=itemgetter(2))
    rows = [
        (id_, _short(str(check)), "yes" if passed else "no", _short(reason))
        for id_, check, passed, reason in checked[:_MOST_CHECKS]
    ]
    yield from table(("id", "check", "passed", "why"), rows)
    yield from _and_more(len(checked) - len(rows))


def _and_more(count: int) -> Iterator[str]:
    if count > 0:
        yield ""
        yield f"And {count} more; `--format json` has all."


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table whose columns are aligned, so that it can be read as it is."""
    cells = [[_cell_text(text) for text in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    yield padded[0]
    yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    yield from padded[1:]


def _fields(run: Run) -> dict[str, Any]:
    found = calibration(run)
    return {
        "panel": run.panel,
        "version": run.version,
        "router": run.router,
        "cost": None if run.cost is None else str(run.cost),
        "judge": run.judge or None,
        "calibration": {**asdict(found), "best": found.best} if found else None,
        "unjudged": sum(note.unjudged for note in run.notes),
        "measures": measures(run),
        "tags": {tag: _values(sums) for tag, sums in scores.by_tag(run.choices).items()},
        "experts": {name: asdict(sums) for name, sums in scores.by_expert(run.choices).items()},
        "choices": [
            {
                "id": choice.question.id,
                "chosen": sorted(choice.chosen),
                "right": sorted(choice.right),
                "seconds": note.seconds,
            }
            for choice, note in zip(run.choices, run.notes, strict=True)
        ],
        "answers": [
            {
                "id": id_,
                "kind": check.kind,
                "expected": check.expected,
                "expert": check.expert,
                "passed": passed,
                "reason": reason,
            }
            for id_, check, passed, reason in _checked(run)
        ],
    }


def measures(run: Run) -> Mapping[str, float | None]:
    """Return all measures of *run*, by name; None for what it has nothing to measure by."""
    return _values(scores.total(run.choices))


def _values(sums: Counts) -> dict[str, float | None]:
    return {name: measure(sums) for name, measure in MEASURES.items()}


def _difference_in_words(choice: Choice) -> str:
    return f"{experts_of(choice.right)} would be right; {experts_of(choice.chosen)} was chosen"


def _cell_text(text: str) -> str:
    """Return *text* on one line, in which nothing is markup."""
    return "".join(f"\\{sign}" if sign in _MARKUP else sign for sign in _one_line(text))


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def _short(text: str) -> str:
    line = _one_line(text)
    return line if len(line) <= _LONGEST_QUESTION else f"{line[: _LONGEST_QUESTION - 1]}…"
