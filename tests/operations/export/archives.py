"""An archive with everything in it, some of it ill-meant."""

from bot.panel.language_model.conversations.thread_archive import Spoken, Talk, ThreadArchive
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    ModelSaid,
    Source,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.made_files import MadeFile
from bot.panel.model import CallId, ConversationId, ExpertName, MessageTs, RequestId, ThreadRef
from bot.panel.tools import ApprovalWanted

CALL = CallId("call_1")
LEGAL = ExpertName("legal")
EVIL = (
    "</style></script><script>alert(1)</script><img src=x onerror=alert(1)> "
    "![pixel](https://track.example/p.gif) [go](javascript:alert(1)) \"'><b onclick=alert(1)>"
)
MESSAGES = (
    Spoken(MessageTs("1763671234.000100"), "Ada", "May we use <MIT>?\nAnd at what cost?"),
    Spoken(
        MessageTs("1763671240.000200"),
        "Legal Counsel",
        "# Yes\n\n**You may**, see `a < b`:\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        is_markdown=True,
        expert=LEGAL,
        call_id=CALL,
    ),
)
ROUTER = Talk(
    ConversationId("conv_router"),
    None,
    (
        UserSaid('<message ref="1763671234.000100" from="Ada">\nMay we?\n</message>'),
        ToolCalled(CALL, "consult_legal", {"reason": "Licences.", "brief": "Look at MIT."}),
        ToolAnswered(CALL, "Legal Counsel answered in the thread:\nYes"),
        ModelSaid("So **yes**."),
    ),
)
EXPERT = Talk(
    ConversationId("conv_legal"),
    LEGAL,
    (
        UserSaid(
            '<brief>Look at MIT.</brief>\n<message ref="call_1" from="Ada">\nMay we?\n</message>'
        ),
        ToolUsed("web_search"),
        ApprovalWanted(RequestId("mcpr_1"), "shop", "open_ticket", '{"title": "Broken"}'),
        ApprovalGiven(RequestId("mcpr_1"), True, "Ann approves of it."),
        ModelSaid(
            "# Yes",
            sources=(Source("The licence", "https://mit.example/?a=1&b=2"), Source("law.pdf")),
            files=(
                MadeFile("cfile_1", "chart.png", "Costs by year"),
                MadeFile("cfile_2", "costs.csv"),
                MadeFile("cfile_3", "gone.csv"),
            ),
        ),
    ),
    {"cfile_1": b"\x89PNG\r\n\x1a\n", "cfile_2": b"a,b"},
)
GONE = Talk(ConversationId("conv_gone"), ExpertName("tax"), None)
THREAD = ThreadRef("T1", "C1", "1763671234.000100")
PERMALINK = "https://acme.slack.com/archives/C1/p1763671234000100"
ARCHIVE = ThreadArchive(THREAD, PERMALINK, MESSAGES, (ROUTER, EXPERT, GONE))


def evil() -> ThreadArchive:
    """An archive in which every text is ill-meant."""
    said = (
        UserSaid(EVIL),
        ModelSaid(EVIL, (), (Source(EVIL, f"javascript:{EVIL}"),), (MadeFile(EVIL, EVIL, EVIL),)),
        ToolCalled(CallId(EVIL), EVIL, {EVIL: EVIL}),
        ToolAnswered(CallId(EVIL), EVIL),
        ToolUsed(EVIL),
        ApprovalWanted(RequestId(EVIL), EVIL, EVIL, EVIL),
        ApprovalGiven(RequestId(EVIL), False, EVIL),
    )
    messages = tuple(
        Spoken(MessageTs("1763671234.000100"), EVIL, EVIL, is_markdown=is_markdown)
        for is_markdown in (True, False)
    )
    talk = Talk(ConversationId("c"), ExpertName(EVIL), said, {EVIL: EVIL.encode()})
    return ThreadArchive(THREAD, PERMALINK, messages, (talk,))
