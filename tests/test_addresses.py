"""Addresses as people may see them."""

import pytest

from bot.addresses import is_plain_elsewhere, without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://ann:s3cret@host:8443/v1", "https://host:8443/v1"),
        ("https://s3cret@host/v1?a=b", "https://host/v1?a=b"),
        ("https://a:b@c@host/", "https://host/"),
        ("http://ann:s3cret@[::1]:80/", "http://[::1]:80/"),
    ],
)
def test_passwords_are_not_shown(url, shown):
    assert without_password(url) == shown


@pytest.mark.parametrize(
    "url", ["http://10.0.0.7/v1", "http://models.acme.example", "http://[::2]"]
)
def test_plain_addresses_of_other_machines_are_found(url):
    assert is_plain_elsewhere(url)


@pytest.mark.parametrize(
    "url", ["https://10.0.0.7", "http://localhost:1", "http://127.0.0.9", "http://[::1]/v1"]
)
def test_encrypted_or_own_addresses_are_no_concern(url):
    assert not is_plain_elsewhere(url)
