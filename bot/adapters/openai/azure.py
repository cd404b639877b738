"""What is particular about Azure: the form of its address, and deployments in place of models."""

from httpx2 import URL

from bot.panel.checks.findings import Finding, bad, good

_HOSTS = (".openai.azure.com", ".services.ai.azure.com", ".openai.azure.us")
_PATH = "/openai/v1"


def is_azure(address: URL) -> bool:
    """Return whether *address* is a resource of Azure OpenAI or Azure Foundry."""
    return address.host.endswith(_HOSTS)


def wrong_address(address: URL) -> Finding | None:
    """Return what is wrong with the *address* of a resource, if something is."""
    if address.path.rstrip("/") == _PATH and not address.query:
        return None
    remedy = f"Set OPENAI_BASE_URL=https://{address.host}{_PATH}/ (no deployment, no api-version)."
    return bad(f"{address} is not the form of address that Azure serves conversations at", remedy)


def deployment(setting: str, name: str) -> Finding:
    """Return what can be said of a deployment: Azure lists the models beneath them only."""
    return good(f"{setting}: the deployment {name} (whether there is one shows when it is asked)")
