import pytest

from bot.experts import library
from bot.panel.roster.expert_checks import check_expert, check_name


def test_there_are_at_least_ten_experts_and_some_begin_on_every_panel():
    assert len(library.library()) >= 10
    assert 2 <= len(library.defaults()) < len(library.library())
    assert set(library.defaults()) <= set(library.library())


@pytest.mark.parametrize("expert", library.library(), ids=lambda expert: expert.name)
def test_each_expert_keeps_the_rules_that_people_keep(expert):
    others = [one for one in library.library() if one is not expert]
    taken = {called for one in others for called in (one.name, one.title)}
    assert check_name(expert.name) == expert.name
    assert check_expert(expert, taken) == expert


def test_personas_can_be_told_apart():
    icons = [expert.icon for expert in library.library()]
    assert len(set(icons)) == len(icons)
