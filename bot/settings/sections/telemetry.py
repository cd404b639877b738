"""What the bot tells of itself, and to whom."""

from dataclasses import dataclass

from bot.settings.kinds import text, url
from bot.settings.setting import Group, setting


@dataclass(frozen=True)
class TelemetrySettings:
    """What the bot tells of itself, and to whom."""

    traces_to: str = setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        url(default=""),
        "The OpenTelemetry collector that receives traces over HTTP; needs the extra `traces`. "
        "Left out: none. All other OTEL_… variables are OpenTelemetry's own",
        example="http://localhost:4318",
        page="run/traces.md",
        group=Group.TELEMETRY,
    )
    traces_headers: str = setting(
        "OTEL_EXPORTER_OTLP_HEADERS",
        text(),
        "Headers for it, such as a key",
        example="x-api-key=…",
        is_secret=True,
        page="run/traces.md",
    )
    traced_content: str = setting(
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        text(),
        "span_only or span_and_event: include what people and models say in the traces",
        example="span_only",
        page="run/traces.md#what-people-say",
    )
