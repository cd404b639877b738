import pytest

from bot.adapters.redis.connection.address import Address, Layout


@pytest.mark.parametrize(
    ("url", "layout", "nodes", "shown"),
    [
        ("redis://localhost", Layout.SINGLE, (("localhost", 6379),), "redis://localhost"),
        ("redis://h:7/2", Layout.SINGLE, (("h", 7),), "redis://h:7/2"),
        ("redis://u:p%40ss@h:7/2", Layout.SINGLE, (("h", 7),), "redis://h:7/2"),
        ("rediss://:pass@h", Layout.SINGLE, (("h", 6379),), "rediss://h"),
        ("redis://[::1]:7", Layout.SINGLE, (("::1", 7),), "redis://[::1]:7"),
        ("unix:///run/redis.sock", Layout.SINGLE, (), "unix:///run/redis.sock"),
        (
            "redis+sentinel://u:pass@a,b:27/mymaster/3",
            Layout.SENTINEL,
            (("a", 26379), ("b", 27)),
            "redis+sentinel://a,b:27/mymaster/3",
        ),
        (
            "rediss+cluster://u:pass@a:1,b,[::1]:3",
            Layout.CLUSTER,
            (("a", 1), ("b", 6379), ("::1", 3)),
            "rediss+cluster://a:1,b,[::1]:3",
        ),
    ],
)
def test_an_address_names_the_layout_and_its_nodes(url, layout, nodes, shown):
    address = Address.parse(url)

    assert (address.layout, address.nodes, str(address)) == (layout, nodes, shown)


def test_the_login_and_the_options_reach_the_client():
    address = Address.parse("rediss+sentinel://u:p%40ss@a,b/name/3?ssl_cert_reqs=none")

    assert address.service == "name"
    assert address.options == {
        "username": "u",
        "password": "p@ss",
        "db": 3,
        "ssl": True,
        "ssl_cert_reqs": "none",
    }


@pytest.mark.parametrize("query", ["", "?password=s3cret", "?sentinel_password=s3cret"])
def test_an_address_never_shows_a_password(query):
    address = Address.parse(f"redis://u:s3cret@h{query}")

    assert "s3cret" not in f"{address} {address!r}"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "no such scheme"),
        ("localhost:6379", "no such scheme"),
        ("http://localhost", "no such scheme"),
        ("redis+magic://localhost", "no such scheme"),
        ("unix+cluster:///tmp/x", "no such scheme"),
        ("redis://", "no host"),
        ("redis://:s3cret@", "no host"),
        ("redis:///0", "no host"),
        ("redis://a,b", "several hosts"),
        ("redis://h:port", "port"),
        ("redis://h:99999", "port"),
        ("redis://user:s3cret/more@h", "port"),
        ("redis://user:12/s3cret@h", "no database number"),
        ("redis://h/1/2", "no database number"),
        ("redis+sentinel://h/name/one", "no database number"),
        ("redis+cluster://:s3cret@a:1,:2", "no host"),
        ("redis+sentinel://:s3cret@a:1", "ends with the primary's name"),
        ("redis://:s3cret@h?socket_timeout=soon", "socket_timeout"),
    ],
)
def test_a_malformed_address_is_told_with_examples_and_without_the_password(url, why):
    with pytest.raises(ValueError, match=rf"not a Redis address \(.*{why}.*redis://localhost") as e:
        Address.parse(url)

    assert "s3cret" not in str(e.value)
