"""How the rule model uses the tools that come with it: it draws, counts and searches the web."""

import re

from bot.playground.openai.rule_model import drawing, web
from bot.playground.openai.rule_model.expert_rules import answer
from bot.playground.openai.rule_model.prompt_reading import brief_in, question_in
from bot.playground.openai.stand_in.brain import ModelRequest, Reply, Text
from bot.playground.openai.stand_in.hosted_steps import CiteMade, CitePage, Draw, RunCode, SearchWeb
from bot.playground.openai.words import shortened

_DRAWS = re.compile(
    r"\b(draw|paint|sketch|illustrat\w*|pictures?|images?|logos?|posters?)\b", re.IGNORECASE
)
_COUNTS = re.compile(
    r"\b(charts?|plots?|graphs?|csv|spreadsheets?|calculat\w*|average|sum|total)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_MOST_NUMBERS = 12
_LONGEST = 200


def use_hosted(request: ModelRequest) -> Reply:
    """Return a reply that begins with one of the model's own tools; none if none would help."""
    question = question_in(request.last_user_text)
    if "image_generation" in request.hosted and _DRAWS.search(question):
        return _drawn(request, question)
    if "code_interpreter" in request.hosted and _COUNTS.search(question):
        return _counted(request, question)
    if "web_search" in request.hosted:
        return _searched(request)
    return []


def _drawn(request: ModelRequest, question: str) -> Reply:
    prompt = shortened(question, _LONGEST)
    words = f"I have drawn this: “{prompt}”\n\n"
    return [Draw(prompt, drawing.pattern(question)), Text(words + answer(request))]


def _counted(request: ModelRequest, question: str) -> Reply:
    numbers = [float(found) for found in _NUMBER.findall(question)][:_MOST_NUMBERS]
    values = numbers or [float(len(word)) for word in question.split()[:_MOST_NUMBERS]]
    counted = "the numbers in the question" if numbers else "the letters in the question's words"
    table = "n,value\n" + "".join(f"{n},{value:g}\n" for n, value in enumerate(values, 1))
    told = f"sum {sum(values):g}, mean {sum(values) / len(values):g}" if values else "nothing"
    code = f"values = {values}\nprint(sum(values), sum(values) / len(values))\nplot(values)"
    run = RunCode(code, told, {"chart.png": drawing.bars(values), "values.csv": table.encode()})
    text, cites = f"I have counted {counted}: {told}.\n", []
    for name in run.files:
        begun = len(text) + 2
        text += f"- [{name}](sandbox:/mnt/data/{name})"
        cites.append(CiteMade(name, begun, len(text)))
        text += "\n"
    return [run, Text(f"{text}\n{answer(request)}", tuple(cites))]


def _searched(request: ModelRequest) -> Reply:
    query = shortened(brief_in(request.last_user_text), _LONGEST) or "everything"
    found = web.search(query)
    search = SearchWeb(query, tuple(page.url for page in found))
    if not found:
        return [search, Text(f"The web says nothing about this.\n\n{answer(request)}")]
    text, cites = "The web says:\n", []
    for page in found:
        text += f"- {page.text} "
        start = len(text)
        text += f"([{page.title}]({page.url}))"
        cites.append(CitePage(page.url, page.title, start, len(text)))
        text += "\n"
    return [search, Text(f"{text}\n{answer(request)}", tuple(cites))]
