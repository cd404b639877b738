"""Which models answer, and what experts may do."""

from dataclasses import dataclass

from bot.settings.kinds import Kind, choice, text, url, word_set, words
from bot.settings.number_kinds import number, whole_number
from bot.settings.secret_kinds import secret
from bot.settings.setting import Group, Own, setting

BACKENDS = ("conversations", "stateless", "assistants")
OPENAI_API = "https://api.openai.com/v1"


def _output(default: int) -> Kind[int]:
    return whole_number(16, 10_000_000, or_zero=True, default=default, unit="tokens")


@dataclass(frozen=True)
class ModelSettings:
    """Which models answer, and what experts may do."""

    openai_api_key: str = setting(
        "OPENAI_API_KEY",
        secret(),
        "A key of platform.openai.com, or whatever the server of your own takes",
        needed="always",
        example="sk-…",
        is_secret=True,
        line="sk-",
        group=Group.MODEL,
        own=Own.ANY,
    )
    openai_base_url: str = setting(
        "OPENAI_BASE_URL",
        url(default=OPENAI_API),
        "Only for a compatible server of your own",
        page="run/backends.md",
        own=Own.OPERATOR,
    )
    backend: str = setting(
        "PANELBOT_BACKEND",
        choice(*BACKENDS, default="conversations"),
        "What the server offers. conversations: OpenAI, Azure, OGX. stateless: the Responses API "
        "alone, conversations are then kept in Redis (vLLM, Ollama, LocalAI, zero data "
        "retention). assistants: the older Assistants API, which OpenAI itself has switched off",
        example="stateless",
        page="run/backends.md",
        own=Own.OPERATOR,
    )
    history_tokens: int = setting(
        "PANELBOT_HISTORY_TOKENS",
        whole_number(1000, 1_000_000, default=16_000, unit="tokens"),
        "stateless only: the older part of a conversation is summarised from about this many "
        "tokens on. Well below what the smallest model can read",
        page="run/models.md#long-threads",
        own=Own.OPERATOR,
    )
    compact_tokens: int = setting(
        "PANELBOT_COMPACT_TOKENS",
        whole_number(1000, 10_000_000, or_zero=True, default=100_000, unit="tokens"),
        "conversations only: the server summarises a conversation from this many tokens on; 0: "
        "never",
        page="run/models.md#long-threads",
        own=Own.OPERATOR,
    )
    router_model: str = setting(
        "PANELBOT_ROUTER_MODEL",
        text(default="gpt-6-luna"),
        "The router's model",
        own=Own.ANY,
    )
    router: str = setting(
        "PANELBOT_ROUTER",
        choice("responses", "decisions", "auto", default="responses"),
        "How the router chooses. responses: it reads the question and writes whom to ask. "
        "decisions: a model first judges how likely each expert is wanted, and where that is one, "
        "it is asked at once; else, and where the server has no decisions, as with responses. "
        "auto: the same, without a warning where there are none",
        example="auto",
        page="run/models.md#a-first-look",
        own=Own.ANY,
    )
    router_threshold: float = setting(
        "PANELBOT_ROUTER_THRESHOLD",
        number(0, 1, default=0.5),
        "Where it is known how likely each expert is wanted: from which likelihood on one is asked",
        page="run/models.md#thresholds",
        own=Own.ANY,
    )
    router_possible: float = setting(
        "PANELBOT_ROUTER_POSSIBLE",
        number(0, 1, default=0.15),
        "From which likelihood on an expert may be wanted: below the threshold, people are asked. "
        "Not above PANELBOT_ROUTER_THRESHOLD",
        page="run/models.md#thresholds",
        own=Own.ANY,
    )
    router_nobody: float = setting(
        "PANELBOT_ROUTER_NOBODY",
        number(0, 1, default=0.5),
        "From which likelihood on nobody is wanted, and the router answers by itself",
        page="run/models.md#thresholds",
        own=Own.ANY,
    )
    expert_model: str = setting(
        "PANELBOT_EXPERT_MODEL",
        text(default="gpt-6.1-terra"),
        "For experts that name no model of their own",
        own=Own.ANY,
    )
    hard_model: str = setting(
        "PANELBOT_HARD_MODEL",
        text(default="gpt-6.2-sol"),
        'For "Go deeper"; with OPENAI_BASE_URL, the default is PANELBOT_EXPERT_MODEL',
        own=Own.ANY,
    )
    fallback_models: tuple[str, ...] = setting(
        "PANELBOT_FALLBACK_MODELS",
        words(r"[A-Za-z0-9][\w.:/-]{0,99}", "names of models"),
        "Asked in this order where one of these no longer exists or stays overloaded",
        example="gpt-6-luna,gpt-6.2-sol",
        page="run/models.md#models-that-are-unavailable",
        own=Own.ANY,
    )
    expert_timeout: float = setting(
        "PANELBOT_EXPERT_TIMEOUT",
        number(5, 3600, default=180, unit="seconds"),
        "Seconds that an expert may take",
        own=Own.AT_MOST,
    )
    function_timeout: float = setting(
        "PANELBOT_FUNCTION_TIMEOUT",
        number(1, 3600, default=60, unit="seconds"),
        "The same for experts that are functions",
        page="extend/functions.md",
        own=Own.AT_MOST,
    )
    function_processes: frozenset[str] = setting(
        "PANELBOT_FUNCTION_PROCESSES",
        word_set(r"[a-z][a-z0-9-]{0,23}", "names of experts (lower-case letters, digits, hyphens)"),
        "Functions that run in a process of their own, so that a crash and all of their memory "
        "are contained: names of experts, or all. Functions may also ask for it themselves",
        example="orders,rota",
        page="extend/functions.md#a-process-of-its-own",
    )
    function_memory: int = setting(
        "PANELBOT_FUNCTION_MEMORY",
        whole_number(64, 1_000_000, or_zero=True, default=1024, unit="megabytes"),
        "Megabytes of address space that such a process may use; 0: as much as there is",
        page="extend/functions.md#a-process-of-its-own",
    )
    expert_levels: int = setting(
        "PANELBOT_EXPERT_LEVELS",
        whole_number(1, 5, default=2),
        "Levels of experts under the router: 2 lets experts consult others; 1: none does",
        page="use/experts.md#experts-who-consult-experts",
        own=Own.AT_MOST,
    )
    unsure: str = setting(
        "PANELBOT_UNSURE",
        choice("off", "cautious", "eager", default="off"),
        "Where the router is unsure, people are asked whom to ask. cautious: if it is sure of no "
        "expert. eager: if it is unsure of any. `/experts unsure` says otherwise for a channel",
        example="cautious",
        page="use/asking.md#when-the-router-is-unsure",
        own=Own.ANY,
    )
    unsure_by: str = setting(
        "PANELBOT_UNSURE_BY",
        choice("decisions", "agreement", default="decisions"),
        "What tells how unsure the router is. decisions: those of PANELBOT_ROUTER, and nothing "
        "else. agreement: where these tell nothing, two short requests to the router's model, "
        "which are compared; only in channels in which people are asked",
        example="agreement",
        page="use/asking.md#when-the-router-is-unsure",
        own=Own.ANY,
    )
    max_consultations: int = setting(
        "PANELBOT_MAX_CONSULTATIONS",
        whole_number(1, 50, default=8),
        "How many experts may be consulted for one question; those that people name do not count",
        own=Own.AT_MOST,
    )
    router_output: int = setting(
        "PANELBOT_ROUTER_OUTPUT_TOKENS",
        _output(8_000),
        "The most tokens that the router writes when it chooses experts, or answers itself, its "
        "thoughts included; 0: as many as the model can",
        page="run/models.md#how-much-a-model-writes",
        own=Own.AT_MOST_OR_ZERO,
    )
    expert_output: int = setting(
        "PANELBOT_EXPERT_OUTPUT_TOKENS",
        _output(32_000),
        "The same for an expert's answer; one that is cut has a button to go on",
        page="run/models.md#how-much-a-model-writes",
        own=Own.AT_MOST_OR_ZERO,
    )
    synthesis_output: int = setting(
        "PANELBOT_SYNTHESIS_OUTPUT_TOKENS",
        _output(8_000),
        "The same for the router's summary",
        page="run/models.md#how-much-a-model-writes",
        own=Own.AT_MOST_OR_ZERO,
    )
    members_models: frozenset[str] = setting(
        "PANELBOT_MEMBERS_MODELS",
        word_set(r"[A-Za-z0-9][\w.:/-]{0,99}", "names of models"),
        "Models that members may name for experts of their own; admins may name any. Left out: "
        "members may, too",
        example="gpt-6-luna,gpt-6.1-terra",
        page="use/experts.md",
        own=Own.ANY,
    )
    prices: str = setting(
        "PANELBOT_PRICES",
        text(),
        'What models cost, for "Show work": a file, which replaces '
        "the prices that come with the bot",
        example="/etc/panelbot/prices.yaml",
    )
    tools: str = setting(
        "PANELBOT_TOOLS",
        text(),
        "The tools that experts may use (web search, code interpreter, images, remote MCP "
        "servers): a file. Without it there are none",
        example="/etc/panelbot/tools.yaml",
        page="extend/tools.md",
    )
    tools_denied: frozenset[str] = setting(
        "PANELBOT_TOOLS_DENIED",
        word_set(r"(?:mcp:)?[A-Za-z0-9_-]{1,64}", "names of tools (web-search, mcp:tickets)"),
        "Tools of that file which nobody may use all the same, by the names that experts have "
        "them by: what a workspace adds, it does without",
        example="image-generation,mcp:tickets",
        page="extend/tools.md",
        own=Own.BESIDES,
    )
