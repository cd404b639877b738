import pytest

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.receiving import mentions, payloads

ME = Identity("T1", "B1", "UBOT", "https://acme.slack.com/", frozenset())

US = {"type": "user", "user_id": "UBOT"}
BEN = {"type": "user", "user_id": "UBEN"}


def text(words):
    return {"type": "text", "text": words}


def section(*parts):
    return {"type": "rich_text_section", "elements": list(parts)}


def quote(*parts):
    return {"type": "rich_text_quote", "elements": list(parts)}


def fence(*parts):
    return {"type": "rich_text_preformatted", "elements": list(parts)}


def bullets(*items):
    return {"type": "rich_text_list", "style": "bullet", "elements": list(items)}


def rich(*elements):
    return [{"type": "rich_text", "elements": list(elements)}]


CODE = {"style": {"code": True}}

# What Slack sends of each: the text, the rich text, and whom it addresses.
SHAPES = {
    "said": ("<@UBOT> hello", rich(section(US, text(" hello"))), ["UBOT"]),
    "in bold": (
        "*<@UBOT>* hello",
        rich(section(US | {"style": {"bold": True}}, text(" hello"))),
        ["UBOT"],
    ),
    "in a list": (
        "• one\n• <@UBOT> two",
        rich(bullets(section(text("one")), section(US, text(" two")))),
        ["UBOT"],
    ),
    "in code": ("`<@UBOT> ask legal`", rich(section(US | CODE, text(" ask legal") | CODE)), []),
    "in code in a list": ("• `<@UBOT>`", rich(bullets(section(US | CODE))), []),
    "in a fence": ("```<@UBOT> ask legal```", rich(fence(US, text(" ask legal"))), []),
    "in a pasted log": (
        "```12:03 <@UBOT> ask legal\n12:04 <@UBEN> no```",
        rich(fence(text("12:03 <@UBOT> ask legal\n12:04 <@UBEN> no"))),
        [],
    ),
    "in a quote": ("&gt; <@UBOT> ask legal", rich(quote(US, text(" ask legal"))), []),
    "in a longer quote": (
        "&gt; see\n&gt; <@UBOT> ask legal\nno",
        rich(quote(text("see\n"), US, text(" ask legal")), section(text("no"))),
        [],
    ),
    "under a quote to somebody else": (
        "&gt; <@UBOT> ask legal\n<@UBEN> what do you think?",
        rich(quote(US, text(" ask legal")), section(BEN, text(" what do you think?"))),
        ["UBEN"],
    ),
    "in a quote and under it": (
        "&gt; <@UBOT> ask legal\n<@UBOT> well?",
        rich(quote(US, text(" ask legal")), section(US, text(" well?"))),
        ["UBOT"],
    ),
    "after code": (
        "`stop` <@UBOT>",
        rich(section(text("stop") | CODE, text(" "), US)),
        ["UBOT"],
    ),
    "between fences": (
        "```a```\n<@UBOT>\n```b```",
        rich(fence(text("a")), section(US), fence(text("b"))),
        ["UBOT"],
    ),
}


@pytest.mark.parametrize(("said", "blocks", "users"), SHAPES.values(), ids=SHAPES)
def test_mentions_are_read_from_the_authors_own_words(said, blocks, users):
    assert mentions.live({"text": said, "blocks": blocks}).users == users


@pytest.mark.parametrize(("said", "blocks", "users"), SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("lacking", ["message", "app_mention", "none"])
def test_both_events_of_a_mention_decide_alike(said, blocks, users, lacking):
    def read(kind):
        event = {"type": kind, "channel": "C1", "user": "UADA", "ts": "2.0", "text": said}
        event |= {} if kind == lacking else {"blocks": blocks}
        found = payloads.incoming({"event": event}, ME)
        return found.message.text, found.message.mentioned, found.addresses_others

    assert read("message") == read("app_mention")
    assert read("message")[1:] == ("UBOT" in users, users == ["UBEN"])


@pytest.mark.parametrize(
    ("said", "users"),
    [
        ("```\n<@UBOT> never closed", []),
        ("a ``` b ``` <@UBOT>", ["UBOT"]),
        ("`a` <@UBOT> `b`", ["UBOT"]),
        ("`not code\n<@UBOT>`", ["UBOT"]),
        ("> <@UBOT>", []),
        ("  &gt; <@UBOT>", []),
        ("&gt;&gt;&gt; one\n<@UBOT> two", []),
        ("5 &gt; 4, <@UBOT>", ["UBOT"]),
        ("<@UBOT|panelbot> <@WBEN> <@UBOT>", ["UBOT", "WBEN"]),
        ("<@UBOTANIST>", ["UBOTANIST"]),
        ("&lt;@UBOT&gt;", []),
        (None, []),
        (7, []),
    ],
)
def test_without_blocks_code_and_quotes_are_left_out(said, users):
    assert mentions.live({"text": said}).users == users


def test_groups_and_broadcasts_are_read_the_same_way():
    group = {"type": "usergroup", "usergroup_id": "S1"}
    here = {"type": "broadcast", "range": "here"}
    said = "<!subteam^S1|@lawyers> <!here>"

    spoken = mentions.live({"text": said, "blocks": rich(section(group, here))})
    quoted = mentions.live({"text": f"&gt; {said}", "blocks": rich(quote(group, here))})

    assert (spoken.groups, spoken.anybody) == (["S1"], True)
    assert spoken == mentions.live({"text": said})
    assert (quoted.groups, quoted.anybody) == ([], False)


def test_a_mention_that_the_rich_text_lacks_is_read_from_the_text():
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "<@UBEN>"}]]}
    message = {"text": "<@UBOT> compare", "blocks": [*rich(section(text("compare"))), table]}

    assert mentions.live(message).users == ["UBOT"]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@UBOT> triage"}},
        {"type": "markdown", "text": "<@UBOT> triage"},
    ],
)
def test_apps_mention_in_blocks_of_their_own(block):
    assert mentions.live({"text": "", "blocks": [block]}).users == ["UBOT"]


def test_nothing_attached_mentions_anybody():
    forward = {
        "is_share": True,
        "text": "<@UBOT> <!here>",
        "message_blocks": [{"message": {"blocks": rich(section(US))}}],
    }

    assert not mentions.live({"text": "look", "attachments": [forward]}).anybody


@pytest.mark.parametrize(
    "blocks",
    [
        None,
        {},
        [None, 7, {}, {"type": None}],
        [{"type": "rich_text"}, {"type": "rich_text", "elements": {"type": "user"}}],
        rich(None, "x", section(None, {"type": "user"}, {"type": "user", "user_id": None})),
        rich(section({"type": "text", "text": None, "style": []}, {"type": "never seen"})),
        [{"type": "section", "text": None}, {"type": "markdown", "text": {}}],
    ],
)
def test_strange_blocks_say_nothing(blocks):
    assert mentions.live({"text": "<@UBOT>", "blocks": blocks}).users == ["UBOT"]
