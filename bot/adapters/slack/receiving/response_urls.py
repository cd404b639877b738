"""Where commands and clicks are answered: only at Slack's addresses, whatever payloads say."""

from urllib.parse import urlsplit

from bot.json_types import Json

_DOMAINS = ("slack.com", "slack-gov.com")


def with_known_addresses(body: Json, api_url: str) -> Json:
    """Return *body* without response URLs that lead elsewhere than Slack or *api_url*'s host."""
    if "response_url" in body and not _is_known(body["response_url"], api_url):
        body = {name: value for name, value in body.items() if name != "response_url"}
    if listed := body.get("response_urls"):
        known = [one for one in listed if _is_known(one.get("response_url"), api_url)]
        body = body | {"response_urls": known}
    return body


def _is_known(url: object, api_url: str) -> bool:
    if not isinstance(url, str) or not url.isprintable() or "\\" in url:
        return False
    try:
        parts, own = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return False
    if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
        return True
    is_slacks = any(f".{parts.netloc}".endswith(f".{domain}") for domain in _DOMAINS)
    return parts.scheme == "https" and is_slacks and "@" not in parts.netloc
