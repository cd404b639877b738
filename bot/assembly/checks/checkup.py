"""Checking the services that the bot depends on: what is missing, each with its remedy."""

import asyncio
import logging
from collections.abc import Awaitable
from itertools import chain
from typing import Any

from bot.adapters.functions.discovery import discover
from bot.adapters.openai.server.listening import nobody_listens
from bot.adapters.redis import keys
from bot.adapters.redis.connection.client import address
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.connection.server_checks import examine as examine_redis
from bot.adapters.redis.processes.process_notes import RedisProcessNotes
from bot.adapters.slack.api import web_api
from bot.adapters.slack.app.token_checks import examine as examine_slack
from bot.assembly import panels, storage
from bot.assembly.checks import credentials, one_bot, same_files, versions
from bot.assembly.checks.scopes import scopes_needed
from bot.experts import library
from bot.panel.budgets.limits import Unit, read_all
from bot.panel.checks.findings import Finding, bad, good, warning
from bot.panel.errors import PanelError, Refused
from bot.panel.roster.panel_file import PanelFile, check_sizes
from bot.panel.roster.roster import WorkspaceScope
from bot.panel.usage import NO_USAGE
from bot.settings.config import Config
from bot.settings.workspace_config import named_models
from bot.settings.yaml_files.prices import prices

log = logging.getLogger(__name__)


async def examine(config: Config) -> list[Finding]:
    """Check Slack, Redis, the model server, the tools and the installed functions."""
    redis = storage.redis_of(config)
    async with web_api.session() as session:
        client = web_api.client(config.slack_bot_token, config.slack_api_url, session)
        auth = asyncio.create_task(client.auth_test())
        in_use = asyncio.create_task(_panels_in_use(config, auth))
        service_findings = await asyncio.gather(
            credentials.examine(config, session)
            if config.is_multi_workspace
            else examine_slack(
                client, auth, app_token=config.slack_app_token, wanted=scopes_needed(config)
            ),
            examine_redis(redis, address(config.redis_url)),
            _examine_functions(redis),
            _examine_models(config, in_use),
            _examine_other_processes(config, auth),
            _examine_panels(in_use),
            _examine_ways_out(config, in_use),
            _examine_prices(config, in_use),
        )
    await redis.aclose()
    own = (
        _examine_tools(config),
        *discover(library.library()).findings(),
    )
    return [*chain.from_iterable(service_findings), *own]


async def _examine_models(config: Config, in_use: Awaitable[PanelFile]) -> list[Finding]:
    if finding := await nobody_listens(config.openai_base_url):
        return [finding]
    from bot.assembly.checks import models  # takes longer than all else

    return await models.examine(config, _own_models(await in_use))


async def _examine_other_processes(config: Config, auth: Awaitable[Any]) -> list[Finding]:
    try:
        answer = await auth
        async with storage.open_storage(config) as opened:
            team, bot = str(answer["team_id"]), str(answer["bot_id"])
            return [
                *await one_bot.examine(opened, team, bot),
                *await same_files.examine(config, opened, team),
                *await versions.examine(opened, team),
            ]
    except Exception:  # noqa: BLE001 - Slack and Redis have findings of their own
        return []


def _own_models(file: PanelFile) -> list[tuple[str, str]]:
    changes = (file.defaults, *file.channels.values())
    experts = [expert for change in changes for expert in change.added.values()]
    return sorted({(f"The model of {e.name}", e.model) for e in experts if e.model})


async def _examine_panels(in_use: Awaitable[PanelFile]) -> list[Finding]:
    try:
        check_sizes(await in_use, library.defaults())
    except Refused as refusal:
        return [warning(str(refusal), "Remove some: until then, the last ones are left out.")]
    return []


async def _examine_ways_out(config: Config, in_use: Awaitable[PanelFile]) -> list[Finding]:
    try:
        toolbox = panels.tools(config)
    except Refused:  # which has a finding of its own
        return []
    file = await in_use
    scopes = {"the defaults": file.defaults, **file.channels}
    remedy = "Give them to two experts, or set `keep_apart: yes` in the file of PANELBOT_TOOLS."
    return [
        warning(f"{name} of {scope} has documents, and {', '.join(tools)} could send them", remedy)
        for scope, changes in scopes.items()
        for name, expert in sorted(changes.added.items())
        if (tools := toolbox.ways_out(expert))
    ]


async def _panels_in_use(config: Config, auth: Awaitable[Any]) -> PanelFile:
    """Return what the defaults and the channels change; nothing if that cannot be found out."""
    try:
        team = str((await auth)["team_id"])
        async with storage.open_storage(config) as opened:
            store, _ = panels.panels_of(config, opened)
            channels = await store.channels(team)
            defaults, *changes = await store.changes([WorkspaceScope(team), *channels])
    except Exception:  # noqa: BLE001 - Slack, Redis and the file have findings of their own
        return PanelFile()
    ids = [channel.channel_id for channel in channels]
    return PanelFile(defaults, dict(zip(ids, changes, strict=True)))


async def _examine_functions(redis: Connection) -> list[Finding]:
    try:
        off = await RedisProcessNotes(redis, keys.OFF).current()
    except PanelError:  # Redis has findings of its own
        return []
    return [
        bad(
            f"The function of the expert {name} is off in the process {process}: too many of its "
            "calls did not end when they were cancelled",
            "Fix the package, and restart that process; its log says function.abandoned.",
        )
        for name, process in off
    ]


async def _examine_prices(config: Config, in_use: Awaitable[PanelFile]) -> list[Finding]:
    try:
        table = prices(config.prices)
    except Refused as refusal:
        return [
            bad(str(refusal), "Correct the file: `panelbot run` and others do not start with it.")
        ]
    file = await in_use
    limits = (*config.budgets, *read_all(file.defaults.budgets))
    if all(one.unit is Unit.TOKENS for one in limits):
        return []
    named = [*named_models(config), *_own_models(file)]
    remedy = "Add it to a table of your own: see PANELBOT_PRICES."
    return [
        warning(f"{setting} {model} has no price: for budgets, it costs as the dearest", remedy)
        for setting, model in named
        if table.cost(model, NO_USAGE) is None
    ]


def _examine_tools(config: Config) -> Finding:
    try:
        names = panels.tools(config).names
    except Refused as refusal:
        return bad(str(refusal), "Correct the file, or the environment variables that it names.")
    if not config.tools:
        return good("PANELBOT_TOOLS is not set: experts have no tools besides their documents")
    digest = same_files.file_digest(config, "tools")
    return good(f"PANELBOT_TOOLS ({digest}) allows {', '.join(names) or 'nothing'}")
