"""How a server tells calls apart that a model makes at once."""

from bot.adapters.openai.checks.probe_bench import ProbeBench
from bot.adapters.openai.reading.items import kind_of
from bot.adapters.openai.reading.sent import Sent
from bot.json_types import Json

BOTH = "Look up the weather and the time, with one call of each tool, both at once."


async def call_ids(bench: ProbeBench) -> str:
    """Return which ids and numbers two calls of one response have, and those of another one."""
    first, numbers = await _calls(bench)
    second, _ = await _calls(bench)
    if len(first) < 2:
        return "It cannot be tried: the model made fewer than two calls at once."
    ids = "no ids" if not all(first) else "one id" if len({*first}) == 1 else "ids of their own"
    numbered = "one number" if len({*numbers}) == 1 else "numbers of their own"
    repeated = "they were the same" if {*first} & {*second} else "they were others"
    again = f"; in another response {repeated}" if all(first) else ""
    return f"They had {ids} and {numbered}{again}."


async def _calls(bench: ProbeBench) -> tuple[list[str], list[int]]:
    ids, numbers = list[str](), list[int]()
    conversation = await bench.conversation()
    tools = [tool("look_up_weather"), tool("look_up_time")]
    async with bench.stream(BOTH, conversation, tools=tools, tool_choice="required") as stream:
        await bench.begin(stream)
        async for received in stream:
            event = Sent(received, "event")
            item = event.part("item")
            is_done = event.raw("type") == "response.output_item.done"
            if is_done and kind_of(item) == "function_call":
                ids.append(item.optional_text("call_id"))
                numbers.append(event.number("output_index"))
    return ids, numbers


def tool(name: str) -> Json:
    """Return a tool that takes no arguments."""
    return {
        "type": "function",
        "name": name,
        "description": "Looks something up.",
        "parameters": {
            "type": "object",
            "properties": {},
            "required": [],
            "additionalProperties": False,
        },
        "strict": True,
    }
