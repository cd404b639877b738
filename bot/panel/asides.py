"""What the thread is told besides the replies: why somebody answers, and what was of no use."""

from bot.panel import sentences, steering
from bot.panel.progress import FILES, STEERED
from bot.panel.turn_context import TurnContext


async def tell_of_button(context: TurnContext) -> None:
    """Let people know why somebody answers, where nobody has said a word."""
    await context.permission.announce()
    if steer := context.turn.steer:
        titles = [expert.title for expert in steering.wanted(steer, context.panel)]
        by = context.said[0].speaker
        await context.speaker.say(STEERED, sentences.steered(steer.wish, by, titles))


async def tell_of_files(context: TurnContext) -> None:
    """Name the attached files that the experts did not get, and why."""
    attached = await context.attached
    if attached.problems:
        await context.speaker.say(FILES, sentences.files_unused(attached.problems))
