"""The models there are, and when they end."""

from dataclasses import dataclass

from bot.playground.openai.state import ApiError, Json


@dataclass(frozen=True, slots=True)
class Model:
    """A model."""

    id: str
    can_do_without_effort: bool = True
    shutdown_date: str | None = None


MODELS = {
    model.id: model
    for model in (
        Model("gpt-6-luna"),
        Model("gpt-6.1-terra"),
        Model("gpt-6.1-sol", can_do_without_effort=False),
        Model("gpt-5", shutdown_date="2026-12-11"),
        Model("gpt-5-mini", shutdown_date="2026-12-11"),
        Model("o3", can_do_without_effort=False, shutdown_date="2026-12-11"),
        Model("gpt-4.1", shutdown_date="2027-01-14"),
        Model("gpt-4o", shutdown_date="2027-01-14"),
    )
}


def find(name: str) -> Model:
    """Return a model, or raise as OpenAI does."""
    model = MODELS.get(name)
    if model is None:
        raise ApiError(
            f"The model `{name}` does not exist or you do not have access to it.",
            status=404,
            code="model_not_found",
            param="model",
        )
    return model


def shown(model: Model) -> Json:
    """Return a model as the API does."""
    told: Json = {"id": model.id, "object": "model", "created": 1760000000, "owned_by": "openai"}
    if model.shutdown_date:
        told["shutdown_date"] = model.shutdown_date
    return told
