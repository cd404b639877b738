"""Addresses of services, as people may see them."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def without_password(url: object) -> str:
    """Return *url* without the user and password that it may have."""
    parts = urlsplit(str(url))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def is_plain_elsewhere(url: str) -> bool:
    """Whether what is sent to *url* can be read on its way to another machine."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return not ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname != "localhost" and not parts.hostname.endswith(".localhost")
