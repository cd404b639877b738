from hypothesis import given
from hypothesis import strategies as some

from bot.panel.model import ExpertName, WhenUnsure
from bot.panel.routing.gate import DEFAULT, MOST_OFFERED, Sure, Unsure, decide
from bot.panel.routing.likelihoods import Likelihoods

LEGAL, FINANCE, SECURITY = map(ExpertName, ("legal", "finance", "security"))
OFF, CAUTIOUS, EAGER = WhenUnsure

shares = some.floats(0, 1)
likelihoods = some.builds(
    Likelihoods,
    some.dictionaries(some.from_regex(r"[a-z]{1,3}", fullmatch=True).map(ExpertName), shares),
    some.none() | shares,
)
modes = some.sampled_from(WhenUnsure)


def test_people_are_asked_only_where_nobody_is_sure_unless_the_mode_is_eager():
    one_sure = Likelihoods({LEGAL: 0.9, FINANCE: 0.4})
    none_sure = Likelihoods({FINANCE: 0.3, LEGAL: 0.4, SECURITY: 0.01})

    assert [decide(one_sure, mode) for mode in WhenUnsure] == [
        Sure((LEGAL,)),
        Sure((LEGAL,)),
        Unsure((LEGAL, FINANCE)),
    ]
    assert [decide(none_sure, mode) for mode in WhenUnsure] == [
        Sure((LEGAL,)),
        Unsure((LEGAL, FINANCE)),
        Unsure((LEGAL, FINANCE)),
    ]


def test_a_greeting_is_answered_whatever_the_mode():
    greeting = Likelihoods({LEGAL: 0.3, FINANCE: 0.3}, nobody=0.8)

    assert {decide(greeting, mode) for mode in WhenUnsure} == {Sure(())}


def test_an_expert_who_is_likelier_than_nobody_is_not_passed_over():
    assert decide(Likelihoods({LEGAL: 0.7}, nobody=0.6), CAUTIOUS) == Sure((LEGAL,))


def test_nothing_known_is_left_to_the_router():
    assert decide(Likelihoods(), EAGER) == Sure(())


@given(likelihoods, modes)
def test_whoever_is_offered_or_asked_is_possible_and_the_likeliest_come_first(known, mode):
    match decide(known, mode):
        case Sure(()):
            likeliest = max(known.experts.values(), default=0)
            assert likeliest < DEFAULT.possible or (known.nobody or 0) >= likeliest
        case Unsure(names):
            assert mode is not OFF
            assert 1 <= len(names) <= MOST_OFFERED
            _check_order(known, names)
        case Sure(names):
            assert names
            _check_order(known, names)


def _check_order(known: Likelihoods, names: tuple[ExpertName, ...]) -> None:
    values = [known.experts[name] for name in names]
    assert values == sorted(values, reverse=True)
    assert len({*names}) == len(names)
    others = [value for name, value in known.experts.items() if name not in names]
    assert max(others, default=0) <= values[-1]
    assert values[-1] >= DEFAULT.possible


@given(likelihoods)
def test_an_eager_router_asks_wherever_a_cautious_one_does_and_nobody_does_not_depend_on_it(known):
    off, cautious, eager = (decide(known, mode) for mode in WhenUnsure)

    assert (off == Sure(())) is (cautious == Sure(())) is (eager == Sure(()))
    if isinstance(cautious, Unsure):
        assert eager == cautious
        assert off == Sure(cautious.candidates[:1])
    if isinstance(eager, Sure):
        assert off == cautious == eager


@given(likelihoods, modes)
def test_the_order_in_which_likelihoods_come_does_not_matter(known, mode):
    turned = Likelihoods(dict(reversed(known.experts.items())), known.nobody)

    assert decide(turned, mode) == decide(known, mode)
