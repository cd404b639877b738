from bot.panel.model import Expert, ExpertName, Panel


def test_a_name_goes_before_another_experts_title():
    counsel = Expert(ExpertName("counsel"), "Legal", ":x:", "", "")
    legal = Expert(ExpertName("legal"), "Solicitor", ":y:", "", "")
    panel = Panel((counsel, legal))

    assert panel.find("Legal") is legal
    assert panel.find("solicitor") is legal
    assert panel.find("counsel") is counsel
