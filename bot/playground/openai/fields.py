"""The fields that each kind of request may have."""

from bot.json_types import Json
from bot.playground.openai import errors

# The fields of each kind of request, read off the OpenAPI document; a test compares.
FIELDS = {
    "response": frozenset(
        {
            "background", "context_management", "conversation", "include", "input",
            "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model",
            "moderation", "parallel_tool_calls", "previous_response_id", "prompt",
            "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning",
            "safety_identifier", "service_tier", "store", "stream", "stream_options",
            "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p",
            "truncation", "user",
        }
    ),
    "input_tokens": frozenset(
        {
            "conversation", "input", "instructions", "model", "parallel_tool_calls",
            "personality", "previous_response_id", "reasoning", "text", "tool_choice", "tools",
            "truncation",
        }
    ),
    "decision": frozenset(
        {"input", "model", "prompt_cache_key", "prompt_cache_options", "questions",
         "safety_identifier"}
    ),
    "conversation": frozenset({"metadata", "items"}),
    "conversation update": frozenset({"metadata"}),
    "items": frozenset({"items"}),
    "vector store": frozenset(
        {"chunking_strategy", "description", "expires_after", "file_ids", "metadata", "name"}
    ),
    "vector store update": frozenset({"expires_after", "metadata", "name"}),
    "vector store file": frozenset({"attributes", "chunking_strategy", "file_id"}),
    "vector store search": frozenset(
        {"filters", "max_num_results", "query", "ranking_options", "rewrite_query"}
    ),
}  # fmt: skip


def check_fields(kind: str, body: Json) -> None:
    """Raise if *body* has a field that such a request does not have."""
    for name in body:
        if name not in FIELDS[kind]:
            raise errors.unknown_parameter(name)
