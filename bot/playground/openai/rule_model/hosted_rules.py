"""How the rule model uses the tools that come with it: it draws, counts and searches the web."""

import re

from bot.playground.openai.rule_model import drawing, web
from bot.playground.openai.rule_model.answers.writing import answer, body, headline, sentences_of
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
    prompt, sentences = shortened(question, _LONGEST), sentences_of(request)
    said = sentences.say("drawn", prompt=sentences.quoted(prompt))
    return [Draw(prompt, drawing.pattern(question)), Text(answer(request, f"{said}\n\n"))]


def _counted(request: ModelRequest, question: str) -> Reply:
    numbers = [float(found) for found in _NUMBER.findall(question)][:_MOST_NUMBERS]
    values = numbers or [float(len(word)) for word in question.split()[:_MOST_NUMBERS]] or [0.0]
    total, mean = f"{sum(values):g}", f"{sum(values) / len(values):g}"
    table = "n,value\n" + "".join(f"{n},{value:g}\n" for n, value in enumerate(values, 1))
    code = f"values = {values}\nprint(sum(values), sum(values) / len(values))\nplot(values)"
    files = {"chart.png": drawing.bars(values), "values.csv": table.encode()}
    counted = "numbers" if numbers else "letters"
    text, cites = f"{headline(request)}\n\n", []
    text += sentences_of(request).say(counted, sum=total, mean=mean) + "\n"
    for name in files:
        begun = len(text) + 2
        text += f"- [{name}](sandbox:/mnt/data/{name})"
        cites.append(CiteMade(name, begun, len(text)))
        text += "\n"
    said = f"sum {total}, mean {mean}"
    return [RunCode(code, said, files), Text(f"{text}\n{body(request)}", tuple(cites))]


def _searched(request: ModelRequest) -> Reply:
    query = shortened(brief_in(request.last_user_text), _LONGEST) or "everything"
    found = web.search(query)
    search = SearchWeb(query, tuple(page.url for page in found))
    text, cites = f"{headline(request)}\n\n", []
    text += sentences_of(request).say("web" if found else "no_web") + "\n"
    for page in found:
        text += f"- {page.text} "
        start = len(text)
        text += f"([{page.title}]({page.url}))"
        cites.append(CitePage(page.url, page.title, start, len(text)))
        text += "\n"
    return [search, Text(f"{text}\n{body(request)}", tuple(cites))]
