"""What the thread is told besides the replies: why somebody answers, and what was of no use."""

from bot.panel.journal.progress import FILES, STEERED
from bot.panel.texts import file_sentences, sentences
from bot.panel.threads import follow_ups
from bot.panel.turn.turn_context import TurnContext


async def tell_of_button(context: TurnContext) -> None:
    """Let people know why somebody answers, where nobody has said a word."""
    await context.permission.show_verdict()
    if steer := context.turn.steer:
        titles = [expert.title for expert in follow_ups.wanted(steer, context.panel)]
        by = context.said[0].speaker
        await context.speaker.say(STEERED, sentences.steered(steer.wish, by, titles))


async def tell_of_files(context: TurnContext) -> None:
    """Name the attached files that the experts did not get, and why."""
    attached = await context.attached
    if attached.problems:
        await context.speaker.say(FILES, file_sentences.files_unused(attached.problems))
