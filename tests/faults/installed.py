"""A package of functions, one for each way in which one can go; it notes who called it, and where.

``calls.log`` beside it has a line for each call: the key, and the process that ran it.
"""

from collections import defaultdict
from pathlib import Path

from tests.packages import install

NAMES = ("orders", "pieces", "refuses", "breaks", "hangs")
TITLES = {f"The one that {name}": name for name in NAMES}
_PACKAGE = "faulty_desks"
_CODE = """
import asyncio, os, re, time
from pathlib import Path
from bot.functions import FunctionRefused, expert

def called(request):
    with Path(__file__).with_name("calls.log").open("a") as log:
        log.write(f"{request.key} {os.getpid()}\\n")
    return ", ".join(re.findall(r"Q\\d+", request.question))

def one(name):
    return expert(title=f"The one that {name}", purpose=f"It {name}.")

@one("orders")
async def orders(request):
    asked = called(request)
    await asyncio.sleep(0.5)
    return f"orders answers {asked}"

@one("pieces")
def pieces(request):
    asked = called(request)
    for word in ("pieces ", "answers ", asked):
        yield word
        time.sleep(0.2)

@one("refuses")
def refuses(request):
    raise FunctionRefused(f"refuses answers {called(request)}: not today")

@one("breaks")
def breaks(request):
    called(request)
    raise ValueError

@one("hangs")
async def hangs(request):
    called(request)
    await asyncio.sleep(3600)
"""


def install_into(folder: Path) -> str:
    """Install the package for processes that have the returned PYTHONPATH."""
    where = folder / "installed"
    where.mkdir()
    return str(install(where, _PACKAGE, _CODE, {name: name for name in NAMES}))


def calls(folder: Path) -> dict[str, list[int]]:
    """Return which processes ran each call."""
    log, found = folder / "installed" / "calls.log", defaultdict[str, list[int]](list)
    for line in log.read_text().splitlines() if log.exists() else ():
        key, _, process = line.rpartition(" ")
        found[key].append(int(process))
    return found
