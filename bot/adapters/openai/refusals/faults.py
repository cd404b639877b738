"""Why a request is refused, by what the server says: a code, else its words, else the status."""

from bot.adapters.openai.refusals.complaints import Complaint
from bot.adapters.openai.refusals.wordings import WORDINGS
from bot.panel.errors import ModelFault

BY_CODE = {
    "insufficient_quota": ModelFault.QUOTA,
    "billing_hard_limit_reached": ModelFault.QUOTA,
    "billing_not_active": ModelFault.QUOTA,
    "credit_balance_exhausted": ModelFault.QUOTA,
    "organization_spend_limit_exceeded": ModelFault.QUOTA,
    "project_spend_limit_exceeded": ModelFault.QUOTA,
    "budget_exceeded": ModelFault.QUOTA,  # LiteLLM
    "payment_required": ModelFault.QUOTA,  # OpenRouter
    "invalid_api_key": ModelFault.ACCESS,
    "account_deactivated": ModelFault.ACCESS,
    "expired_key": ModelFault.ACCESS,  # LiteLLM
    "token_not_found_in_db": ModelFault.ACCESS,  # LiteLLM
    "insufficient_scope": ModelFault.FORBIDDEN,
    "organization_membership_required": ModelFault.FORBIDDEN,
    "permission_denied": ModelFault.FORBIDDEN,
    "PermissionDenied": ModelFault.FORBIDDEN,  # Azure
    "key_model_access_denied": ModelFault.FORBIDDEN,  # LiteLLM, as the next two
    "team_model_access_denied": ModelFault.FORBIDDEN,
    "user_model_access_denied": ModelFault.FORBIDDEN,
    "unsupported_country_region_territory": ModelFault.REGION,
    "ip_not_authorized": ModelFault.REGION,
    "model_not_found": ModelFault.MODEL,
    "model_not_available": ModelFault.MODEL,
    "DeploymentNotFound": ModelFault.MODEL,  # Azure
    "content_filter": ModelFault.FILTERED,
    "content_policy_violation": ModelFault.FILTERED,
    "ResponsibleAIPolicyViolation": ModelFault.FILTERED,  # Azure
    "moderation_blocked": ModelFault.FILTERED,
    "invalid_prompt": ModelFault.FILTERED,
    "context_length_exceeded": ModelFault.TOO_LONG,
    "string_above_max_length": ModelFault.TOO_LONG,
    "exceed_context_size_error": ModelFault.TOO_LONG,  # llama.cpp
    "request_too_large": ModelFault.TOO_LONG,
    "external_connector_error": ModelFault.TOOL_SERVER,
    "vector_store_not_found": ModelFault.DOCUMENTS,
    "vector_store_expired": ModelFault.DOCUMENTS,
}

_BY_STATUS = {
    401: ModelFault.ACCESS,
    402: ModelFault.QUOTA,
    403: ModelFault.FORBIDDEN,
    413: ModelFault.TOO_LONG,
    424: ModelFault.TOOL_SERVER,
    451: ModelFault.REGION,
}


def by_code(complaint: Complaint) -> ModelFault | None:
    """Return what the complaint's code, or else its type, means."""
    for name in (complaint.code, complaint.type):
        if "policy" in name:
            return ModelFault.FILTERED
        if fault := BY_CODE.get(name):
            return fault
    return None


def by_words(text: str) -> ModelFault | None:
    """Return what *text* means, in which nothing is quoted any more."""
    return next((wording.fault for wording in WORDINGS if wording.words.search(text)), None)


def by_status(status: int) -> ModelFault | None:
    """Return what a status means where nothing else is said."""
    return _BY_STATUS.get(status)
