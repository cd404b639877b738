import pytest

from bot.panel.errors import Refused
from bot.settings.yaml_files.yaml_nodes import YamlNode
from bot.settings.yaml_files.yaml_parsing import load, parse


def test_scalars_are_text_as_it_is_written():
    root = parse("version: 1.10\nnorway: no\nday: 2027-01-01\nquoted: ''\n", "a.yaml")
    texts = {name: node.text() for name, node in root.fields().items()}
    assert texts == {"version": "1.10", "norway": "no", "day": "2027-01-01", "quoted": ""}


def test_a_node_knows_where_it_is_in_the_file():
    team = parse("people:\n  - {name: Ada, team: [red, blue]}\n", "a.yaml").fields()["people"]
    (ada,) = team.items()
    _, blue = ada.named("Ada").fields()["team"].items()
    assert str(blue.error("is taken")) == "a.yaml:2:29: people > Ada > team is taken"


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_a_field_without_a_value_is_refused(nothing):
    node = parse(f"name: {nothing}", "a.yaml").fields()["name"]
    with pytest.raises(Refused, match=r"^a\.yaml:1:\d: name has no value$"):
        node.text()


def test_a_repeated_value_is_where_it_was_first_written():
    root = parse("first: &same {x: 1}\nsecond: *same\n", "a.yaml")
    with pytest.raises(Refused, match=r"^a\.yaml:1:15: second > x is not a field here\."):
        root.whole(lambda node: node.fields()["second"].fields(["name"]))


def test_the_name_of_a_field_is_text():
    with pytest.raises(Refused, match=r"^a\.yaml:1:3: the name of a field should be a single va"):
        parse("? [a, b]\n: x\n", "a.yaml").whole(YamlNode.fields)


def test_a_file_of_windows_is_read_and_named_with_its_setting(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbftext: |\r\n  one\r\n  two\r\nother: x\r\n")
    fields = load(str(path), setting="PANELBOT_TOOLS").fields()
    assert fields["text"].text() == "one\ntwo\n"
    assert str(fields["other"].error("is new")) == f"PANELBOT_TOOLS {path}:4:8: other is new"


def test_what_would_steer_a_terminal_is_told_as_an_escape():
    root = parse('names: ["\\e[31mred\\a", "a\\u202eb", "⚖️ 👩🏽‍💼"]', "a.yaml")
    root.read(lambda node: node.fields()["names"].each(lambda name: name.one_of(["ann"])), None)
    red, turned, fine = map(str, root.faults)
    assert r"is “\x1b[31mred\x07”" in red
    assert r"is “a\u202eb”" in turned
    assert "is “⚖️ 👩🏽‍💼”" in fine
