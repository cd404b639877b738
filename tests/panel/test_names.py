from bot.panel.names import did_you_mean


def test_near_misses_are_suggested():
    assert did_you_mean("Leagl", ["legal", "tax"]) == " Did you mean `legal`?"
    assert did_you_mean("zzz", ["legal", "tax"]) == ""
