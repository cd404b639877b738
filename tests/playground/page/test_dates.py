"""Dates that apps write for whoever reads them."""

import re
import time

import pytest
from playwright.async_api import Page, expect

from bot.playground.slack.workspace.company import GENERAL

pytestmark = pytest.mark.asyncio(loop_scope="session")

MIDDAY = 1392724800  # in Greenwich, so that it is the same day nearly everywhere


SHOWN: dict[str, str | re.Pattern[str]] = {
    f"<!date^{MIDDAY}^On {{date_num}}|then>": "On 2014-02-18",
    f"<!date^{MIDDAY}^{{date}}|then>": "February 18th, 2014",
    f"<!date^{MIDDAY}^{{date_short_pretty}}|then>": "Feb 18, 2014",
    f"<!date^{MIDDAY}^{{date_long}}|then>": "Tuesday, February 18th, 2014",
    f"<!date^{MIDDAY}^{{date_slash}}^https://a.example|then>": "02/18/2014",
    f"<!date^{MIDDAY}^at {{time}}|then>": re.compile(r"at \d{1,2}:00 [AP]M"),
    f"<!date^{MIDDAY}^{{nothing}}|then>": "then",
    "<!date^never^{date}|then>": "then",
    "<!date^99999999999999^{date}|then>": "then",
    f"<!date^{time.time():.0f}^{{date_short}}, {{ago}}|then>": re.compile(r", (now|\d+ \w+ ago)$"),
}


async def test_dates_are_in_the_words_and_the_time_of_the_reader(page: Page, bot) -> None:
    await bot.say(GENERAL, "\n".join(f"- {date}" for date in SHOWN))
    await expect(page.locator("#messages .message li")).to_have_text([*SHOWN.values()])


async def test_today_is_called_so(page: Page, bot) -> None:
    await bot.say(GENERAL, f"<!date^{time.time():.0f}^{{date_pretty}} at {{time}}|then>")
    await expect(page.locator("#messages time[title]").last).to_contain_text("Today at")


async def test_a_date_in_rich_text_is_one_and_its_link_can_be_followed(page: Page, bot) -> None:
    date = {"type": "date", "timestamp": MIDDAY, "format": "{date}", "url": "https://a.example"}
    section = {"type": "rich_text_section", "elements": [date | {"fallback": "then"}]}
    await bot.say(GENERAL, "x", blocks=[{"type": "rich_text", "elements": [section]}])
    link = page.get_by_role("link", name="February 18th, 2014")
    await expect(link).to_have_attribute("href", "https://a.example")
