"""The models there are, what they can do and when they end."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.api_types import ApiRequest, Handler

_WITHOUT = ("none", "low", "medium", "high", "xhigh")
_EFFORTS = ("low", "medium", "high", "xhigh")
_OLD_EFFORTS = ("minimal", "low", "medium", "high")
_CREATED = 1_790_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """A model; without *efforts* it does not reason."""

    id: str
    efforts: tuple[str, ...] = ()
    shutdown_date: str | None = None
    context: int = 400_000  # tokens

    def shown(self) -> Json:
        """Return it as the API does."""
        return {
            "id": self.id,
            "object": "model",
            "created": _CREATED,
            "owned_by": "openai",
            "shutdown_date": self.shutdown_date,
        }


MODELS: Mapping[str, Model] = {
    model.id: model
    for model in (
        Model("gpt-6-luna", _WITHOUT),
        Model("gpt-6.1-terra", (*_WITHOUT, "max"), context=1_050_000),
        Model("gpt-6.1-sol", _EFFORTS),
        Model("gpt-6.2-sol", (*_EFFORTS, "max")),
        Model("gpt-6.2-astra", (*_EFFORTS, "max")),
        Model("gpt-5", _OLD_EFFORTS, "2026-12-11"),
        Model("gpt-5-mini", _OLD_EFFORTS, "2026-12-11"),
        Model("gpt-5-nano", _OLD_EFFORTS, "2026-12-11"),
        Model("o3", ("low", "medium", "high"), "2026-12-11", context=200_000),
        Model("gpt-4.1", shutdown_date="2027-01-14", context=1_000_000),
        Model("gpt-4o", shutdown_date="2027-01-14", context=128_000),
    )
}


def find(name: str) -> Model:
    """Return a model, or raise as OpenAI does."""
    model = MODELS.get(name)
    if model is None:
        raise errors.ApiError(
            f"The model '{name}' does not exist or you do not have access to it.",
            status=404,
            code="model_not_found",
            param="model",
        )
    return model


async def _list(request: ApiRequest) -> Json:
    return {"object": "list", "data": [model.shown() for model in MODELS.values()]}


async def _retrieve(request: ApiRequest) -> Json:
    return find(request.ids["model"]).shown()


ROUTES: Mapping[str, Handler] = {"GET /v1/models": _list, "GET /v1/models/{model}": _retrieve}
