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
        "A key from platform.openai.com, or for your own server",
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
        "Only for your own server with a compatible API",
        page="run/backends.md",
        own=Own.OPERATOR,
    )
    backend: str = setting(
        "PANELBOT_BACKEND",
        choice(*BACKENDS, default="conversations"),
        "What the server offers. conversations: OpenAI, Azure, OGX. stateless: only the "
        "Responses API; conversations are kept in Redis (vLLM, Ollama, LocalAI, zero data "
        "retention). assistants: the older Assistants API, which OpenAI itself has switched off",
        example="stateless",
        page="run/backends.md",
        own=Own.OPERATOR,
    )
    history_tokens: int = setting(
        "PANELBOT_HISTORY_TOKENS",
        whole_number(1000, 1_000_000, default=16_000, unit="tokens"),
        "stateless only: summarise the older part of a conversation from about this many tokens "
        "on. Choose a value well below what the smallest model can read",
        page="run/models.md#long-threads",
        own=Own.OPERATOR,
    )
    compact_tokens: int = setting(
        "PANELBOT_COMPACT_TOKENS",
        whole_number(1000, 10_000_000, or_zero=True, default=100_000, unit="tokens"),
        "conversations only: let the server summarise a conversation from this many tokens on; "
        "0: never",
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
        "decisions: a model first estimates how likely each expert is wanted; if exactly one "
        "is, that expert is asked at once, otherwise the router chooses as with responses. "
        "auto: like decisions, without a warning if the server does not offer them",
        example="auto",
        page="run/models.md#a-first-look",
        own=Own.ANY,
    )
    router_threshold: float = setting(
        "PANELBOT_ROUTER_THRESHOLD",
        number(0, 1, default=0.5),
        "The likelihood from which an expert is asked, where likelihoods are known",
        page="run/models.md#thresholds",
        own=Own.ANY,
    )
    router_possible: float = setting(
        "PANELBOT_ROUTER_POSSIBLE",
        number(0, 1, default=0.15),
        "The likelihood from which an expert may be wanted: between this and the threshold, "
        "people are asked. At most PANELBOT_ROUTER_THRESHOLD",
        page="run/models.md#thresholds",
        own=Own.ANY,
    )
    router_nobody: float = setting(
        "PANELBOT_ROUTER_NOBODY",
        number(0, 1, default=0.5),
        "The likelihood from which no expert is wanted, and the router answers itself",
        page="run/models.md#thresholds",
        own=Own.ANY,
    )
    expert_model: str = setting(
        "PANELBOT_EXPERT_MODEL",
        text(default="gpt-6.1-terra"),
        "The model of experts that name none of their own",
        own=Own.ANY,
    )
    hard_model: str = setting(
        "PANELBOT_HARD_MODEL",
        text(default="gpt-6.2-sol"),
        'The model for "Go deeper"; with OPENAI_BASE_URL, the default is PANELBOT_EXPERT_MODEL',
        own=Own.ANY,
    )
    fallback_models: tuple[str, ...] = setting(
        "PANELBOT_FALLBACK_MODELS",
        words(r"[A-Za-z0-9][\w.:/-]{0,99}", "names of models"),
        "Models to use instead, in this order, if one no longer exists or stays overloaded",
        example="gpt-6-luna,gpt-6.2-sol",
        page="run/models.md#models-that-are-unavailable",
        own=Own.ANY,
    )
    expert_timeout: float = setting(
        "PANELBOT_EXPERT_TIMEOUT",
        number(5, 3600, default=180, unit="seconds"),
        "Seconds that an expert may take to answer",
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
        "Functions to run in a process of their own, so that a crash or a memory leak cannot "
        "affect the bot: names of experts, or all. Functions can also ask for this themselves",
        example="orders,rota",
        page="extend/functions.md#a-process-of-its-own",
    )
    function_memory: int = setting(
        "PANELBOT_FUNCTION_MEMORY",
        whole_number(64, 1_000_000, or_zero=True, default=1024, unit="megabytes"),
        "Megabytes of address space that such a process may use; 0: no limit",
        page="extend/functions.md#a-process-of-its-own",
    )
    expert_levels: int = setting(
        "PANELBOT_EXPERT_LEVELS",
        whole_number(1, 5, default=2),
        "Levels of experts below the router. 2: experts may consult others; 1: they may not",
        page="use/experts.md#experts-who-consult-experts",
        own=Own.AT_MOST,
    )
    unsure: str = setting(
        "PANELBOT_UNSURE",
        choice("off", "cautious", "eager", default="off"),
        "When to ask people which experts to ask. cautious: if the router is sure of no expert. "
        "eager: if it is unsure of any. `/experts unsure` sets this for one channel",
        example="cautious",
        page="use/asking.md#when-the-router-is-unsure",
        own=Own.ANY,
    )
    unsure_by: str = setting(
        "PANELBOT_UNSURE_BY",
        choice("decisions", "agreement", default="decisions"),
        "How to tell whether the router is unsure. decisions: only by those of PANELBOT_ROUTER. "
        "agreement: where there are none, by comparing two short requests to the router's "
        "model; only in channels where people are asked",
        example="agreement",
        page="use/asking.md#when-the-router-is-unsure",
        own=Own.ANY,
    )
    max_consultations: int = setting(
        "PANELBOT_MAX_CONSULTATIONS",
        whole_number(1, 50, default=8),
        "How many experts may be consulted for one question, not counting those that people name",
        own=Own.AT_MOST,
    )
    router_output: int = setting(
        "PANELBOT_ROUTER_OUTPUT_TOKENS",
        _output(8_000),
        "The most tokens that the router may write to choose experts or to answer itself, "
        "including its reasoning; 0: no limit",
        page="run/models.md#how-much-a-model-writes",
        own=Own.AT_MOST_OR_ZERO,
    )
    expert_output: int = setting(
        "PANELBOT_EXPERT_OUTPUT_TOKENS",
        _output(32_000),
        "The same for an expert's answer; if it is cut off, a button continues it",
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
        "Models that members may choose for their own experts; admins may choose any. Left out: "
        "members may choose any, too",
        example="gpt-6-luna,gpt-6.1-terra",
        page="use/experts.md",
        own=Own.ANY,
    )
    prices: str = setting(
        "PANELBOT_PRICES",
        text(),
        'A file with the prices of models, for "Show work"; it replaces the prices that come '
        "with the bot",
        example="/etc/panelbot/prices.yaml",
    )
    tools: str = setting(
        "PANELBOT_TOOLS",
        text(),
        "A file with the tools that experts may use (web search, code interpreter, images, "
        "remote MCP servers). Left out: no tools",
        example="/etc/panelbot/tools.yaml",
        page="extend/tools.md",
    )
    tools_denied: frozenset[str] = setting(
        "PANELBOT_TOOLS_DENIED",
        word_set(r"(?:mcp:)?[A-Za-z0-9_-]{1,64}", "names of tools (web-search, mcp:tickets)"),
        "Tools in that file that nobody may use, by the names that experts use for them. A "
        "workspace can add to this list",
        example="image-generation,mcp:tickets",
        page="extend/tools.md",
        own=Own.BESIDES,
    )
