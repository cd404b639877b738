import pytest

from bot.adapters.openai.reading.sent import Sent, sent_all
from bot.adapters.openai.reading.usage import usage_of
from bot.panel.usage import Extras, Usage

SEARCH = {"type": "web_search_call", "action": {"type": "search"}}
RUN = {"type": "code_interpreter_call", "container_id": "cntr_1"}


def used(**details):
    return {"input_tokens": 100, "output_tokens": 5, "input_tokens_details": details}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (used(cached_tokens=60), Usage(100, 60, 5)),
        (used(cached_tokens=60, cache_write_tokens=0), Usage(100, 60, 5)),
        (used(cached_tokens=0, cache_write_tokens=40), Usage(100, 0, 5, Extras(written=40))),
        (
            used(
                cache_write_tokens=40,
                cache_write_tokens_details={"ttl_30m_tokens": 10, "ttl_12h_tokens": 30},
            ),
            Usage(100, 0, 5, Extras(written=10, written_12h=30)),
        ),
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 5,
                "prompt_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 2},
            },
            Usage(100, 1, 5, Extras(written=2)),
        ),
        (used(cached_tokens=None, cache_write_tokens="many"), Usage(100, 0, 5)),
        (None, Usage()),
        (
            {"input_tokens": 300_000, "output_tokens": 5, "input_tokens_details": {}},
            Usage(300_000, 0, 5, Extras(long_input=300_000, long_output=5)),
        ),
    ],
)
def test_usage_is_read_as_servers_tell_it(usage, expected):
    assert usage_of(Sent({"usage": usage}, "response")) == expected


def test_what_costs_by_call_is_counted():
    output = [
        SEARCH,
        SEARCH,
        {"type": "web_search_call", "action": {"type": "open_page"}},
        {"type": "web_search_call"},
        {"type": "file_search_call"},
        RUN,
        RUN,
        {"type": "message"},
    ]

    usage = usage_of(Sent({}, "response"), sent_all(output, "output"))

    assert usage.extras.calls == {"web_search": 3, "file_search": 1, "code_interpreter": 1}
