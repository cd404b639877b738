"""How servers word their refusals: the one table, by server.

1. A wording is definite: it is looked for in every error, also in a 429 or a 500, and what it finds
   is not tried again. Texts of what may pass (``no healthy upstream``) have no place here.
2. The narrower a thing is said, the earlier it stands: a model without tools is no missing model.
3. Each example is what the server says, word for word: the tests find it, and the log may hold
   these words (see ``first_words``).
"""

import re
from dataclasses import dataclass, field

from bot.panel.errors import ModelFault


@dataclass(frozen=True, slots=True)
class Wording:
    """What one server says, and what it means."""

    server: str
    pattern: str
    fault: ModelFault
    example: str
    words: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", re.compile(self.pattern, re.IGNORECASE | re.DOTALL))


_Row = tuple[str, str, str]  # server, pattern, example

_QUOTA: tuple[_Row, ...] = (
    ("OpenAI", r"exceeded your current quota",
     "You exceeded your current quota, please check your plan and billing details."),
    ("OpenAI", r"account is not active|billing (hard )?limit",
     "Your account is not active, please check your billing details on our website."),
    ("LiteLLM", r"(?<!token )budget (has been|was) exceeded|exceeded ?budget|crossed budget",
     "Budget has been exceeded! Current cost: 14.5, Max budget: 10.0"),
    ("LiteLLM", r"\bover budget",
     "ExceededBudget: End User=somebody over budget. Spend=0.0008, Budget=0.0001"),
    ("LiteLLM", r"crossed budget",
     "No deployments available - crossed budget: Exceeded budget for deployment"),
    ("OpenRouter", r"insufficient credits|requires more credits|never purchased credits",
     ("This request requires more credits, or fewer max_tokens. You requested up to 4096 tokens, "
     "but can only afford 12.")),
    ("OpenRouter", r"\bkey limit exceeded",
     "Key limit exceeded (total limit). Manage it using the settings of your keys."),
    ("xAI", r"(doesn.t|does not) have any credits",
     "Your newly created team doesn't have any credits yet. You can purchase credits."),
    ("Anthropic, by gateways", r"credit balance is too low|(out of|no) credits",
     "Your credit balance is too low to access the API. Please go to Plans & Billing."),
    ("DeepSeek", r"insufficient (account )?balance", "Insufficient Balance"),
    ("Mistral, by gateways", r"spend(ing)? limit (was |has been )?(reached|exceeded)",
     "Workspace monthly spending limit reached."),
)  # fmt: skip

_TOO_LONG: tuple[_Row, ...] = (
    ("OpenAI, vLLM, LiteLLM", r"maximum context length",
     ("This model's maximum context length is 32768 tokens. However, your request has 40000 input "
     "tokens. Please reduce the length of the input messages.")),
    ("OpenAI", r"exceeds the context window",
     ("Your input exceeds the context window of this model. Please adjust your input and try "
     "again.")),
    ("OpenAI", r"request too large for",
     "Request too large for gpt-6-luna on tokens per min (TPM): Limit 30000, Requested 50000."),
    ("vLLM", r"(input|prompt)[^.]* is too long|longer than the maximum model length|max_model_len",
     ("The decoder prompt (length 9000) is longer than the maximum model length of 8192. Make sure "
     "that max_model_len is no smaller than the number of text tokens.")),
    ("llama.cpp", r"exceeds? the available context size",
     "request (9412 tokens) exceeds the available context size (8192 tokens), try increasing it"),
    ("llama.cpp", (r"input is too large to process|context (size|length) (is |was |has been )?"
     r"exceeded"),
     "input is too large to process. increase the physical batch size"),
    ("llama-cpp-python", r"exceed context window of",
     "Requested tokens (9000) exceed context window of 4096"),
    ("Ollama", r"exceed\w* the (model's )?context length|exceeded max context length",
     "the input length exceeds the context length"),
    ("LM Studio", r"tokens when context the overflows|greater than the context length",
     ("Trying to keep the first 9000 tokens when context the overflows. However, the model is "
     "loaded with context length of only 4096 tokens, which is not enough.")),
    ("LM Studio", r"reached context length of",
     ("Reached context length of 32000 tokens with model that does not currently support "
     "mid-generation context overflow.")),
    ("TGI", r"\binputs. (tokens \+ .max_new_tokens.|must have less than)",
     ("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1244 "
     "`inputs` tokens and 1000 `max_new_tokens`")),
    ("Anthropic, by gateways", r"prompt is too long",
     "prompt is too long: 213462 tokens > 200000 maximum"),
    ("Gemini, by gateways", r"input token count[^.]*exceeds the maximum",
     "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
    ("Bedrock, by gateways", r"input is too long for|input tokens exceeds maximum",
     "Input is too long for requested model."),
    ("xAI", r"maximum prompt length",
     "This model's maximum prompt length is 131072 but the request contains 200000 tokens."),
    ("LiteLLM", r"ContextWindowExceededError",
     "litellm.ContextWindowExceededError: litellm.BadRequestError: the request is too long"),
    ("OpenAI", r"string too long", ("Invalid input: string too long. Expected a string with "
     "maximum length 10485760, but got a string with length 12000000 instead.")),
    ("proxies", r"(payload|request entity|content) too large|request body is too large",
     "413 Request Entity Too Large"),
)  # fmt: skip

_NO_TOOLS: tuple[_Row, ...] = (
    ("Ollama", r"does not support (tools|tool (use|call)|function call)",
     "registry.ollama.ai/library/gemma3:4b does not support tools"),
    ("OpenRouter", r"no endpoints found that support tool use",
     "No endpoints found that support tool use. Try disabling the tools."),
    ("gateways", r"(tool|function) call(s|ing)? (is|are) not supported",
     "Tool calling is not supported for this model"),
    ("LiteLLM", r"does not support parameters:[^.]*\btools\b",
     "ollama does not support parameters: tools, for this model. To drop these, set drop_params"),
)  # fmt: skip

_TOOLS_OFF: tuple[_Row, ...] = (
    ("vLLM", r"--enable-auto-tool-choice|--tool-call-parser",
     '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    ("llama.cpp", r"requires --jinja", "tools param requires --jinja flag"),
    ("SGLang", r"function call(ing)? is not enabled|tool call parser is not set",
     "Function calling is not enabled on this server"),
)  # fmt: skip

_TOOL_SERVER: tuple[_Row, ...] = (
    ("OpenAI", r"error (while )?retrieving tool list from mcp server",
     "Error retrieving tool list from MCP server: tracker. Http status code: 401 (Unauthorized)"),
    ("Azure", r"\bmcp connector error",
     "MCP Connector error. Http status: 424, error details: the tool list cannot be read"),
    ("OGX, LiteLLM", (r"\bmcp\b[^.]*(connect|unreachable|unavailable|timed out|unauthorized)|"
     r"failed to (connect to|list tools)[^.]*\bmcp\b"),
     "Failed to connect to MCP server at address"),
)  # fmt: skip

_MODEL: tuple[_Row, ...] = (
    ("OpenAI", r"\bmodel\b[^.]* does not exist",
     "The model gpt-9 does not exist or you do not have access to it."),
    ("vLLM", r"\bmodel\b[^.]* (does not|doesn.t) exist", "The model does not exist."),
    ("OGX", r"\bmodel\b.*\bnot found\b",
     "Model not found. Use client.models.list() to list available Models."),
    ("Ollama", r"not found, try pulling it", "model not found, try pulling it first"),
    ("Azure", r"API deployment for this resource does not exist",
     ("The API deployment for this resource does not exist. If you created the deployment within "
     "the last 5 minutes, please wait a moment and try again.")),
    ("LiteLLM", r"invalid model name passed",
     ("/responses: Invalid model name passed in model=gpt-9. Call /v1/models to view available "
     "models for your key.")),
    ("OpenRouter", r"is not a valid model id", "gpt-9 is not a valid model ID"),
    ("OpenRouter", r"no endpoints (found|available) (for|matching)|no allowed providers",
     "No endpoints found matching your data policy. Configure your privacy settings."),
    ("Groq", r"\bmodel\b.*\bdecommissioned",
     "The model llama-3.1 has been decommissioned and is no longer supported."),
    ("Mistral", r"\binvalid model\b", "Invalid model: mistral-9"),
    ("OpenAI", r"\bmodel\b[^.]*\b(deprecated|retired|been (shut|turned) (down|off)|discontinued)",
     "The model gpt-5 has been deprecated, learn more here"),
    ("LocalAI", (r"failed loading model|(could not|unable to) (load|find)( the)? model"
     r"(?!: rpc error: code = Unavailable)"),
     "could not load model: rpc error: code = Unknown desc = failed loading model"),
    ("Ollama", r"model requires more system memory",
     "model requires more system memory (40.0 GiB) than is available (16.0 GiB)"),
    ("OGX", r"model is not supported\b", "the model is not supported. Supported models are: all"),
    ("LM Studio", r"no models? loaded|failed to load model",
     "No models loaded. Please load a model in the developer page."),
)  # fmt: skip

_FILTERED: tuple[_Row, ...] = (
    ("Azure", r"content management policy|content filter",
     ("The response was filtered due to the prompt triggering Azure OpenAI's content management "
     "policy. Please modify your prompt and retry.")),
    ("OpenAI", r"prompt was flagged|violat\w+ (our|the)[^.]*polic|usage polic|safety system",
     "Invalid prompt: your prompt was flagged as potentially violating our usage policy."),
    ("OpenRouter", r"(input|message) was flagged|requires moderation",
     "Your chosen model requires moderation and your input was flagged"),
    ("LiteLLM", (r"ContentPolicyViolationError|guardrail[^.]*(block|violat)|"
     r"violated[^.]*guardrail"),
     "litellm.ContentPolicyViolationError: the request was rejected"),
)  # fmt: skip

_REGION: tuple[_Row, ...] = (
    ("OpenAI", r"country, region,? or territory not supported",
     "Country, region, or territory not supported"),
    ("OpenAI, gateways", r"\bIP\b[^.]*(not (authorized|allowed)|blocked|denied)",
     "Your IP is not authorized to access this project"),
    ("Azure", r"virtual network/firewall|public access is disabled",
     "Access denied due to Virtual Network/Firewall rules."),
    ("Gemini, by gateways", r"location is not supported",
     "User location is not supported for the API use."),
)  # fmt: skip

_FORBIDDEN: tuple[_Row, ...] = (
    ("OpenAI", r"insufficient permissions|missing scopes?",
     ("You have insufficient permissions for this operation. Missing scopes: model.request. Check "
     "that you have the correct role in your organization")),
    ("OpenAI", r"(project|organization)\b[^.]*\barchived|archived (project|organization)",
     "The project you are requesting has been archived and is no longer accessible"),
    ("OpenAI", r"does not have access to (the )?model|must be (a member|verified)",
     "Your project does not have access to model gpt-6-luna"),
    ("OpenAI", r"organization must be verified",
     "Your organization must be verified to stream this model."),
    ("LiteLLM", r"not allowed to (access|call) (the )?(model|this)",
     "key not allowed to access model. This key can only access the models of its team"),
)  # fmt: skip

_ACCESS: tuple[_Row, ...] = (
    ("Gemini", r"api key (not valid|expired|is blocked)",
     "API key not valid. Please pass a valid API key."),
    ("OpenAI", (r"incorrect api key|invalid api.?key|no api key|account (has been |was )?"
     r"deactivated"),
     "Incorrect API key provided. You can find your API key in your account."),
    ("Azure", r"invalid subscription key",
     "Access denied due to invalid subscription key or wrong API endpoint."),
    ("LiteLLM", r"invalid proxy server token|authentication ?error",
     ("Authentication Error, Invalid proxy server token passed. Unable to find token in cache or "
     "database")),
    ("OpenRouter", r"no auth credentials|user not found", "No auth credentials found"),
)  # fmt: skip

_DOCUMENTS: tuple[_Row, ...] = (
    ("OpenAI, OGX", r"\bvector.stores?\b.*(not found|expired|does not exist|been deleted)",
     "Vector store with id not found."),
    ("OpenAI", r"\bvector.stores?\b[^.]*\bis expired", "Vector store is expired."),
)  # fmt: skip

_TOOLS: tuple[_Row, ...] = (
    ("OpenAI, OGX", (r"\b(unsupported|unknown)\b[^.]*\btools?\b|"
     r"\btools?\b[^.]*\b(unsupported|not supported)\b"),
     "Unsupported tool type: web_search"),
    ("OpenAI", r"hosted tool[^.]* not supported", "Hosted tool is not supported with this model."),
)  # fmt: skip

WORDINGS: tuple[Wording, ...] = tuple(
    Wording(server, pattern, fault, example)
    for fault, rows in (
        (ModelFault.QUOTA, _QUOTA),
        (ModelFault.TOO_LONG, _TOO_LONG),
        (ModelFault.NO_TOOLS, _NO_TOOLS),
        (ModelFault.TOOLS_OFF, _TOOLS_OFF),
        (ModelFault.TOOL_SERVER, _TOOL_SERVER),
        (ModelFault.FILTERED, _FILTERED),
        (ModelFault.DOCUMENTS, _DOCUMENTS),
        (ModelFault.REGION, _REGION),
        (ModelFault.FORBIDDEN, _FORBIDDEN),
        (ModelFault.ACCESS, _ACCESS),
        (ModelFault.MODEL, _MODEL),
        (ModelFault.TOOLS, _TOOLS),
    )
    for server, pattern, example in rows
)
