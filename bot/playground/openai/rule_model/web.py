"""A few web pages that do not exist, for a model that searches the web."""

from dataclasses import dataclass

from bot.playground.openai.documents.retrieval import overlap

_LEAST = 0.15  # of the question's words that a page has to share


@dataclass(frozen=True, slots=True)
class WebPage:
    """One page."""

    url: str
    title: str
    text: str


PAGES = (
    WebPage(
        "https://licences.example/mit",
        "The MIT licence, explained",
        "The MIT licence allows use in closed products, if its notice is kept in every copy. "
        "It gives no warranty and no explicit patent grant.",
    ),
    WebPage(
        "https://licences.example/agpl",
        "AGPL and network services",
        "Under the AGPL, whoever offers a changed program over a network has to offer its source.",
    ),
    WebPage(
        "https://cloud.example/prices/2026",
        "Cloud prices in 2026",
        "The price of object storage fell by eight percent in 2026. Traffic stays the largest "
        "cost of most cloud bills.",
    ),
    WebPage(
        "https://security.example/passkeys",
        "Passkeys in practice",
        "Passkeys replace passwords at login and cannot be phished. Two of three users keep them "
        "after a month.",
    ),
    WebPage(
        "https://hiring.example/remote",
        "Hiring for remote teams",
        "Remote teams hire faster when the interview has a task of two hours and a salary range.",
    ),
    WebPage(
        "https://data.example/warehouse",
        "Choosing a data warehouse",
        "Most teams choose a data warehouse by the cost of their ten largest queries.",
    ),
)


def search(query: str, most: int = 2) -> list[WebPage]:
    """Return the pages that have the most to do with *query*, the best first."""
    scored = [(overlap(query, f"{page.title} {page.text}"), page) for page in PAGES]
    fitting = [(score, page) for score, page in scored if score >= _LEAST]
    return [page for _, page in sorted(fitting, key=lambda pair: -pair[0])[:most]]
