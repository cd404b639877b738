from bot.panel.names import did_you_mean, nearest


def test_near_misses_are_suggested():
    assert did_you_mean("Leagl", ["legal", "tax"]) == " Did you mean `legal`?"
    assert did_you_mean("zzz", ["legal", "tax"]) == ""


def test_other_spellings_lead_to_a_name():
    spellings = {"Legal Counsel": "legal", "legal": "legal"}
    assert nearest("legal councel", ["tax"], spellings=spellings) == ["legal"]
    assert nearest("x" * 100_000, ["tax"], spellings=spellings) == []
