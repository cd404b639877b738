"""A package of functions, one for each way in which one can go; it notes who called it, and where.

``calls.log`` beside it has a line for each call: the function, the key, the process that ran it,
and the questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.packages import install

NAMES = ("orders", "pieces", "refuses", "breaks", "hangs")
TITLES = {f"The one that {name}": name for name in NAMES}
_PACKAGE = "faulty_desks"
_CODE = """
import asyncio, os, re, time
from pathlib import Path
from bot.functions import FunctionRefused, expert

def called(name, request):
    asked = ", ".join(re.findall(r"Q\\d+", request.question))
    with Path(__file__).with_name("calls.log").open("a") as log:
        log.write(f"{name}|{request.key}|{os.getpid()}|{asked}\\n")
    return asked

def one(name):
    return expert(title=f"The one that {name}", purpose=f"It {name}.")

@one("orders")
async def orders(request):
    asked = called("orders", request)
    await asyncio.sleep(0.5)
    return f"orders answers {asked}"

@one("pieces")
def pieces(request):
    asked = called("pieces", request)
    for word in ("pieces ", "answers ", asked):
        yield word
        time.sleep(0.2)

@one("refuses")
def refuses(request):
    raise FunctionRefused(f"refuses answers {called('refuses', request)}: not today")

@one("breaks")
def breaks(request):
    called("breaks", request)
    raise ValueError

@one("hangs")
async def hangs(request):
    called("hangs", request)
    await asyncio.sleep(3600)
"""


def install_into(folder: Path) -> str:
    """Install the package for processes that have the returned PYTHONPATH."""
    where = folder / "installed"
    where.mkdir()
    return str(install(where, _PACKAGE, _CODE, {name: name for name in NAMES}))


@dataclass(frozen=True, slots=True)
class Called:
    """One call of a function."""

    function: str
    key: str
    process: int
    asked: str  # the questions


def calls(folder: Path) -> Sequence[Called]:
    """Return the calls, in their order."""
    log = folder / "installed" / "calls.log"
    lines = log.read_text().splitlines() if log.exists() else ()
    told = (line.split("|") for line in lines)
    return [Called(function, key, int(process), asked) for function, key, process, asked in told]
