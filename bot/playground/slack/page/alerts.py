"""Alerts that another app of the workspace posts: most of what they say is not in their text."""

from collections.abc import Mapping
from typing import Any

_DISK = {
    "color": "danger",
    "title": "Disk full on node-17",
    "text": "93 % used, and *rising*",
    "fallback": "Disk full on node-17",
    "fields": [
        {"title": "Severity", "value": "high", "short": True},
        {"title": "Owner", "value": "Platform", "short": True},
    ],
}
_DEPLOY = [
    {"type": "header", "text": {"type": "plain_text", "text": "Deploy 88 failed"}},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "*Step:* migrate"},
        "fields": [{"type": "mrkdwn", "text": "*Owner*\nDev"}],
    },
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "run 4711"}]},
]
_INCIDENT = {"type": "mrkdwn", "text": "*INC-52* The pump in hall seven leaks."}

ALERTS: Mapping[str, Mapping[str, Any]] = {
    "attachment": {"attachments": [_DISK], "username": "Monitor"},
    "blocks": {"blocks": _DEPLOY},
    "short": {"text": "New incident", "blocks": [{"type": "section", "text": _INCIDENT}]},
}
