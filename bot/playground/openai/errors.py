"""How OpenAI says no: every refusal of the server has its place here."""

from bot.json_types import Json


class ApiError(Exception):
    """The server says no, in OpenAI's form."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {
            "error": {"message": message, "type": kind, "param": param, "code": code}
        }
        self.retry_after = retry_after


def not_found(what: str, wanted: str) -> ApiError:
    """There is nothing with that id."""
    return ApiError(f"{what} with id '{wanted}' not found.", status=404)


def unknown_parameter(name: str) -> ApiError:
    """The request has a field that the endpoint does not know."""
    return ApiError(f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)


def missing(name: str) -> ApiError:
    """The request lacks a field."""
    text = f"Missing required parameter: '{name}'."
    return ApiError(text, code="missing_required_parameter", param=name)


def wrong_type(name: str, expected: str) -> ApiError:
    """A field holds another type of value."""
    text = f"Invalid type for '{name}': expected {expected}."
    return ApiError(text, code="invalid_type", param=name)


def wrong_value(name: str, value: object, supported: str) -> ApiError:
    """A field holds a value that is none of those there are."""
    text = f"Invalid value: '{value}'. Supported values are: {supported}."
    return ApiError(text, code="invalid_value", param=name)


def too_long(name: str, limit: int, length: int) -> ApiError:
    """A text is longer than it may be."""
    text = (
        f"Invalid '{name}': string too long. Expected a string with maximum length {limit}, "
        f"but got a string with length {length} instead."
    )
    return ApiError(text, code="string_above_max_length", param=name)


def too_many(name: str, limit: int, length: int) -> ApiError:
    """A list is longer than it may be."""
    text = (
        f"Invalid '{name}': array too long. Expected an array with maximum length {limit}, "
        f"but got an array with length {length} instead."
    )
    return ApiError(text, code="array_above_max_length", param=name)


def too_few(name: str, limit: int, length: int) -> ApiError:
    """A list is shorter than it has to be."""
    text = (
        f"Invalid '{name}': array too short. Expected an array with minimum length {limit}, "
        f"but got an array with length {length} instead."
    )
    return ApiError(text, code="array_below_min_length", param=name)


def unsupported_value(name: str, value: object, model: str, supported: str) -> ApiError:
    """The value exists, but not for this model."""
    text = (
        f"Unsupported value: '{value}' is not supported with the '{model}' model. "
        f"Supported values are: {supported}."
    )
    return ApiError(text, code="unsupported_value", param=name)


def invalid_schema(owner: str, param: str, path: str, complaint: str) -> ApiError:
    """A schema that is to be strict is not."""
    text = f"Invalid schema for {owner}: In context=({path}), {complaint}"
    return ApiError(text, code="invalid_function_parameters", param=param)


def locked() -> ApiError:
    """Another response of the conversation is being written."""
    text = (
        "Another process is currently operating on this conversation. "
        "Please retry in a few seconds."
    )
    return ApiError(text, code="conversation_locked", param="conversation")


def no_output(call_id: str) -> ApiError:
    """A call waits for its output."""
    return ApiError(f"No tool output found for function call {call_id}.", param="input")


def no_call(call_id: str) -> ApiError:
    """There is no call that the output could belong to."""
    text = f"No tool call found for function call output with call_id {call_id}."
    return ApiError(text, param="input")


def not_approved(requests: list[str]) -> ApiError:
    """Requests for approval wait for an answer."""
    text = f"MCP approval requests do not have an approval: {requests}"
    return ApiError(text, param="input")


def no_request(request_id: str) -> ApiError:
    """There is no request that the approval could belong to."""
    text = f"No approval request found with id {request_id}."
    return ApiError(text, param="input")


def duplicate(item_id: str) -> ApiError:
    """An item with this id is there already."""
    text = f"Duplicate item found with id {item_id}. Remove duplicate items from your input."
    return ApiError(text, param="input")


_TROUBLE = {
    "insufficient_quota": "You exceeded your current quota, please check your plan and billing.",
    "rate_limit_exceeded": "Rate limit reached for requests. Please try again later.",
    "server_error": "The server had an error while processing your request.",
}


def trouble(
    status: int, code: str | None, retry_after: float | None, message: str = ""
) -> ApiError:
    """The server cannot, for reasons that are not the request's."""
    if status == 429:
        code = code or "rate_limit_exceeded"
        kind = "requests" if code == "rate_limit_exceeded" else code
    else:
        kind = "server_error" if status >= 500 else "invalid_request_error"
    text = message or _TROUBLE.get(code or kind, f"HTTP {status}.")
    return ApiError(text, status=status, code=code, kind=kind, retry_after=retry_after)
