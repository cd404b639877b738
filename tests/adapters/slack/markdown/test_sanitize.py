# ruff: noqa: RUF001 - CJK
import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.adapters.slack.markdown.sanitize import from_slack, markdown, mrkdwn, one_line

COMMONMARK = MarkdownIt("commonmark")
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SIMPLE_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
QUOTE_MARKERS = re.compile(r"^(?:[ \t]|(?:[-*+]|\d+[.)])[ \t]|>)*", re.MULTILINE)
HOSTILE = ["html_inline", "html_block", "link_open", "image"]

FRAGMENTS = [
    *("[", "]", "(", ")", "<", ">", "!", "`", "``", "```", "~~~", "\\", ":", "|", "#", "*", "_"),
    *("\n", "\n\n", " ", "    ", "\t", "- ", "1. ", "> ", "a", "good.com", "&lt;", "&", "ü", "🎉"),
    *("https://evil.com", "https://evil.com/a`b", "javascript:alert(1)", "mailto:a@b.c", "/x"),
    *("![", "](", "][", "]:", "[a]: https://e.co", "[good](https://evil.com)", "<!channel>"),
    *("<https://e.co>", "<https://e.co|good>", '<a href="https://evil.com">', "<@U1>", "<!--"),
    *(
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<br>",
        "<p>",
        "</p>",
        "<td>",
        "</td>",
        "<sup>",
        "</sup>",
        "<S>",
    ),
    *(
        "<code>",
        "</code>",
        "<!-- x -->",
        "-->",
        "**",
        "***",
        "~~",
        "注意",
        "：",
        "次",
        "。",
        "「",
        "」",
    ),
    *("@channel", "@here", "===", "---", "1"),
    *("| a | b |\n|---|---|\n", "\u202e", "\u200d", "\u200b", "\ufeff", "\x00", "\r\n", "\u2028"),
]
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join) | st.text(max_size=60)


def kinds(parser: MarkdownIt, text: str) -> set[str]:
    tokens = parser.parse(text)
    return {token.type for block in tokens for token in [block, *(block.children or [])]}


@given(texts)
@example("<ftp://a`b> `[x](https://evil.com)`")
@example("`a\nb` `[x](https://evil.com)`")
@example("`|` [x](https://evil.com) `|`\n|---|---|---|\n")
@example("```\na ```[x](https://evil.com)``` b\n```")
@example("````\n```\n[x](https://evil.com)\n```\n````")
@example("```\n[x](https://evil.com)")
@example("one ` tick\n\n`[x](https://evil.com)`")
@example("a<https://b](https://c)>")
@example("[\\[a]: https://e.co\n\n[\\[a]")
@example("> - [a\n>   b]: https://e.co\n\n[a b]")
@example("~~~\n[x](https://evil.com)\n~~~")
@example("`` ` `[x](https://evil.com)` ``")
def test_nothing_that_acts_is_left(text: str) -> None:
    shown = markdown(text)
    assert "<" not in shown
    assert ">" not in QUOTE_MARKERS.sub("", shown)
    for parser in (COMMONMARK, GITHUB):
        assert not kinds(parser, shown) & set(HOSTILE)
    assert "](" not in SIMPLE_CODE.sub(" ", shown)
    assert not re.search(r"(?<![\w.+-])@(channel|here)\b", SIMPLE_CODE.sub(" ", shown))


@given(texts)
@example("[a]: https://e.co<br>1]:**:\\\n<p>**b")
@example("x</i>**@channel**")
@example("**注意：*<b></b>*次")
def test_neutral_text_stays_as_it_is(text: str) -> None:
    once = markdown(text)
    assert markdown(once) == once


@given(st.text(alphabet="abc XYZ09.,;!?'\"()-\u2013*_~#`/=+\n\n\täß漢字éم🎉&%$@^{}|", max_size=200))
def test_plain_prose_is_unchanged(prose: str) -> None:
    assert markdown(prose) == prose


@given(st.sampled_from(["", "# ", "- ", "> ", "1. ", "- > ", "| "]), st.text("ab c*", max_size=9))
def test_a_link_shows_its_label_and_its_target(before: str, label: str) -> None:
    shown = markdown(f"{before}x [{label}](https://host/path 'title') y")
    words = label.strip() and f"{label} (https://host/path)"
    assert shown == f"{before}x {words or 'https://host/path'} y"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[docs](https://a.co/b)", "docs (https://a.co/b)"),
        ("[https://a.co](https://a.co)", "https://a.co"),
        ("[https://good.com](https://evil.com)", "https://good.com (https://evil.com)"),
        ("[a [b] c](https://d.e)", "a [b] c (https://d.e)"),
        ("[a \\] c](https://d.e)", "a \\] c (https://d.e)"),
        ("**[bold](https://d.e)**", "**bold (https://d.e)**"),
        ("[`code`](https://d.e)", "`code` (https://d.e)"),
        ("# [title](https://d.e) #", "# title (https://d.e) #"),
        ("- [ ] [task\n  two](<https://d.e>)", "- [ ] task\n  two (https://d.e)"),
        ("> [q](\n> https://d.e)", "> q (https://d.e)"),
        ("|[x\\|y](https://d.e)|b|\n|-|-|", "|x\\|y (https://d.e)|b|\n|-|-|"),
        ("[a][r], [r][] and [r]", "[a][r], [r][] and [r]"),
        ("[a][r], [r][], [r]\n\n[r]: /no", "[a][r], [r][], [r]\n\n[r]\\: /no"),
        ("[a][r] b\n\n[r]: https://d.e", "a (https://d.e) b\n\n[r]\\: https://d.e"),
        ("[Ann](mailto:ann@d.e)", "Ann (mailto:ann@d.e)"),
        ("[ann@d.e](mailto:ann@d.e) <ann@d.e>", "ann@d.e ann@d.e"),
        ("<https://d.e> a<https://d.e>b", "https://d.e a https://d.e b"),
        ("<https://d.e|good>", "good (https://d.e)"),
        ("[x](javascript:alert) a[1](2)", "[x]\\(javascript:alert) a[1]\\(2)"),
        ("[x](https:evil.com) [y](//evil.com)", "[x]\\(https:evil.com) [y]\\(//evil.com)"),
        ("[a](https://d.e/*b*/_c_/d_e)", "a (https://d.e/%2Ab%2A/%5Fc%5F/d_e)"),
        ("[a](<https://d.e/(b>)", "a (https://d.e/%28b)"),
        (r"[https://a.b/\<c](https://a.b/\\\<c)", "https://a.b/%5C%3Cc"),
        ("[w](https://w.org/Foo(bar))", "w (https://w.org/Foo(bar))"),
    ],
)
def test_links_are_spelled_out(text: str, shown: str) -> None:
    assert markdown(text) == shown


def test_a_look_alike_host_shows_its_true_name() -> None:
    assert markdown("[pay](https://p\u0430ypal.com)") == "pay (https://xn--pypal-4ve.com)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![chart](https://i.co/x.png)", "chart (https://i.co/x.png)"),
        ("![](https://i.co/x.png)", "https://i.co/x.png"),
        ("![chart](data:image/png;base64,AAAA)", "Image: chart"),
        ("![](x.png)", "Image"),
        ("[![ci](https://i.co/b.svg)](https://d.e)", "ci (https://i.co/b.svg) (https://d.e)"),
        ("![a [b](https://l.co) c](https://i.co)", "a b (https://l.co) c (https://i.co)"),
        ("![c][i]\n\n[i]: https://i.co", "c (https://i.co)\n\n[i]\\: https://i.co"),
    ],
)
def test_images_become_words(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "`[x](https://y.z)`",
        "```python\nx = a[0](b)\n[a]: int\n```",
        "- step\n\n  ```\n  [x](y)\n  ```",
        "> ```\n> [x](y)\n> ```",
    ],
)
def test_code_keeps_its_content(text: str) -> None:
    assert markdown(text) == text


def test_angle_brackets_in_code_are_entities_without_a_stray_backslash() -> None:
    assert markdown("`<b>` \\<b\\> a\\\\<b") == "`&lt;b&gt;` &lt;b&gt; a\\\\&lt;b"


def test_quotes_stay_quotes_and_other_arrows_are_shown() -> None:
    assert markdown("> a -> b\n- > c\nd > e") == "> a -&gt; b\n- > c\nd &gt; e"


@pytest.mark.parametrize(
    "ping", ["<!channel>", "<!here>", "<@U024BE7LH>", "<!subteam^S1>", "<#C1>", "<U|x>"]
)
def test_nothing_pings_in_any_field(ping: str) -> None:
    inert = f"&lt;{ping[1:-1]}&gt;"
    assert markdown(ping) == inert
    assert mrkdwn(ping) == inert
    assert one_line(ping, 100) == inert


@pytest.mark.parametrize(
    ("shout", "shown"),
    [
        ("@channel, @Here and @everyone!", "＠channel, ＠Here and ＠everyone!"),
        (
            "@\u200bchannel `@channel` a@here.com @channels",
            "＠channel `@channel` a@here.com @channels",
        ),
        ("`x`@channel ``@here` <b>@here</b>", "`x`＠channel ``＠here` **＠here**"),
    ],
)
def test_everybody_is_called_by_no_word(shout: str, shown: str) -> None:
    assert markdown(shout) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a<br>b<BR/>c", "a  \nb  \nc"),
        ("a<br>\nb<br><br>c", "a  \nb\n\nc"),
        ("- a<br>b\n- c<br># d", "- a  \n  b\n- c  \n  \\# d"),
        ("> q<br>r", "> q  \n> r"),
        ("# t<br>u", "# t u"),
        ("| a<br>b | c<br>(d) | <br>e. f.<br>g |\n|-|-|-|", "| a / b | c (d) | e. f. g |\n|-|-|-|"),
        ("Steps:<br>1. a<br>- b<br>> c", "Steps:  \n1\\. a  \n\\- b  \n&gt; c"),
        ("a<hr>b", "a\n\nb"),
    ],
)
def test_a_break_is_a_break_or_what_reads_like_one(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>x</b> <i>y</i> <strong> z </strong> <del>w</del>", "**x** *y*  **z**  ~~w~~"),
        ("<b><i>x</i></b> <code>a_b</code> <kbd>Ctrl</kbd>", "***x*** `a_b` `Ctrl`"),
        ("a<b>(x)</b>b <b>**x**</b> <b> </b>", "a(x)b **x**  "),
        ("<b>x <i>y</b> z</i>", "**x y** z"),
        ("10<sup>6</sup> H<sub>2</sub>O e<sup>a+b</sup> 1<sup>st</sup>", "10⁶ H₂O e^(a+b) 1st"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<details>\n<summary>More</summary>\n\nText\n\n</details>", "More\n\nText\n\n"),
        ('<span style="color: red">x</span> <u>y</u> <font color=red>z</font>', "x y z"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a · b"),
        ("a<!-- no\nbody --> b", "a b"),
        ("<p># a</p>", "\\# a"),
        ("`<b>` and\n```\n<br>\n```", "`&lt;b&gt;` and\n```\n&lt;br&gt;\n```"),
        (
            "List<String> Vec<i> <S> a < b > c",
            "List&lt;String&gt; Vec&lt;i&gt; &lt;S&gt; a &lt; b &gt; c",
        ),
        (
            '<a href="x">y</a> <img> <script>',
            '&lt;a href="x"&gt;y&lt;/a&gt; &lt;img&gt; &lt;script&gt;',
        ),
    ],
)
def test_tags_become_markdown_or_go(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**注意：**次", "**注意：**\u200a次"),
        ("これは**「重要」**です", "これは\u200a**「重要」**\u200aです"),
        (
            "***あ。***い *強調。*次 ~~消。~~次",
            "***あ。***\u200aい *強調。*\u200a次 ~~消。~~\u200a次",
        ),
        ("<b>注意：</b>次", "**注意：**\u200a次"),
        ("**Note:**text", "**Note:**\u200atext"),
        ("**注意**：次 **注意：** 次", "**注意**：次 **注意：** 次"),
        ("2**(3)**4 `**注意：**次`", "2**(3)**4 `**注意：**次`"),
    ],
)
def test_emphasis_is_seen_by_every_reader(text: str, shown: str) -> None:
    assert markdown(text) == shown
    for parser in (COMMONMARK, GITHUB):
        tokens = parser.parseInline(shown)[0].children
        assert "*" not in "".join(t.content for t in tokens if t.type == "text") or "2**" in text


UNITS = [
    *("[", "(", "!", "*", "`", "`a ", "~", "_", "<", ">", "|", "\\", "@channel ", "&lt;", "\u200d"),
    *(
        "[a](",
        "[a](b '",
        "![",
        "[[a]",
        "[a]: b\n",
        "[a](https://b.c) ",
        "<https://a.b> ",
        "<a:",
        "<b ",
    ),
    *(
        "<td>x</td>",
        "<b>",
        "</b>",
        "<!--",
        "<br>",
        "> ",
        ">\n",
        "- ",
        "- a\n",
        "| a | b |\n",
        "```\n",
    ),
    *("a", "\n", "\t", "=\n", "**注意：**次", "> - 1. "),
]


@pytest.mark.parametrize("neutral", [markdown, mrkdwn, lambda text: one_line(text, 300)])
@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_long(unit: str, neutral) -> None:
    text = "| a | b |\n|---|---|\n" * unit.startswith("| ") + unit * (30_000 // len(unit))
    began = time.process_time()
    neutral(text)
    assert time.process_time() - began < 2  # of what grows with the square: more than a second each


def test_entities_in_the_source_stay_inert() -> None:
    assert markdown("&lt;!channel&gt; &amp;lt;") == "&lt;!channel&gt; &amp;lt;"
    assert mrkdwn("&lt;!channel&gt;") == "&amp;lt;!channel&amp;gt;"


def test_a_label_at_a_line_start_opens_no_block() -> None:
    text = "[# a](https://d.e)\n[1. b](https://d.e)\n[- c](https://d.e)\n[> f](https://d.e)"
    assert kinds(COMMONMARK, markdown(text)) == kinds(COMMONMARK, "a\nb")
    assert markdown("[   indented](https://d.e)") == "indented (https://d.e)"


def test_disguising_characters_go_and_emoji_stay() -> None:
    assert markdown("pay\u200bpal a\u200db \u202eevil\u2066\u00ad\ufeff\x00") == "paypal ab evil"
    for kept in (
        "👩\u200d💻",
        "❤️\u200d🔥",
        "🏴\U000e0067\U000e0062\U000e007f",
        "\u0645\u06cc\u200c\u062e",
    ):
        assert markdown(kept) == kept
    assert markdown("a\U000e0068\U000e0069") == "a"
    assert markdown("half \ud83d") == "half \ufffd"


def test_a_hundred_nested_brackets_are_read_to_the_end() -> None:
    assert "](" not in markdown("[" * 100 + "a" + "](https://evil.com)" * 100)


def test_a_name_does_not_format_the_sentence_it_is_put_in() -> None:
    assert (
        mrkdwn("*Ann* _x_ ~y~ `z`") == "\u2217Ann\u2217 \uff3fx\uff3f \u223cy\u223c \u02cbz\u02cb"
    )
    assert mrkdwn("tax_law 2*3") == "tax_law 2*3"
    assert mrkdwn("__init__") == "\uff3f\uff3finit\uff3f\uff3f"
    assert mrkdwn("> @here R&D") == "\u203a \uff20here R&amp;D"


@given(st.text(max_size=80))
def test_no_formatting_character_of_a_name_touches_its_border(name: str) -> None:
    shown = mrkdwn(name)
    assert not re.search(r"(?<!\w)[*_~]|[*_~](?!\w)|`|[<>]", shown)


@given(st.text(max_size=80) | st.text("<>& ab", max_size=80), st.integers(1, 40))
def test_plain_text_fits_its_limit(text: str, limit: int) -> None:
    shown = one_line(text, limit)
    assert len(shown) <= limit
    assert not re.search(r"[<>\n]|&(?!(?:lt|gt|amp);)", shown)


def test_plain_text_is_cut_at_a_word() -> None:
    assert one_line("The licence allows it.", 100) == "The licence allows it."
    assert one_line("The licence\n\nallows it.", 13) == "The licence…"
    assert one_line("The licence allows it.", 14) == "The licence…"
    assert one_line("Incomprehensibilities", 8) == "Incompr…"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<@U1> and <@U2|bob> and <@U9>", "@Ann and @bob and @someone"),
        ("<#C1|general> <#C2> <#C3|>", "#general #channel #channel"),
        ("<!subteam^S1|@legal> <!subteam^S1>", "@legal @group"),
        ("<!subteam^S2|@old> <!subteam^S2>", "@panel-legal @panel-legal"),
        ("<!here> <!channel> <!everyone> <!here|here>", "@here @channel @everyone @here"),
        ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
        ("<https://a.co?x=1&amp;y=2|the &lt;site&gt;>", "the <site> (https://a.co?x=1&y=2)"),
        ("<https://a.co> <http://a.co|a.co>", "https://a.co http://a.co"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("a &lt;!here&gt; &amp;lt; b", "a <!here> &lt; b"),
        ("1 < 2 > 0", "1  2  0"),
    ],
)
def test_incoming_text_reads_as_the_person_saw_it(text: str, read: str) -> None:
    assert from_slack(text, {"U1": "Ann", "S2": "panel-legal"}) == read
