"""Panels as this installation has them: experts, tools, models, and who may approve."""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.adapters.functions.discovery import discover
from bot.adapters.openai.items import tools_lacking
from bot.assembly.storage import Storage
from bot.experts import library
from bot.panel.approvals.approval_rights import ApprovalRights
from bot.panel.approvals.approvers import Approvers, named
from bot.panel.errors import Refused
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import Panel, UserId
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.panel_file import FilePanelStore, PanelFile
from bot.panel.roster.panel_reader import Catalogue
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.rights import Rights
from bot.panel.roster.roster import RosterChanges, assemble
from bot.panel.routing.gate import Look, Thresholds
from bot.panel.tools import McpServer, Toolbox
from bot.settings.config import Config
from bot.settings.yaml_files import tools_file
from bot.settings.yaml_files.files import read_once
from bot.settings.yaml_files.panel_reading import load

if TYPE_CHECKING:  # `panelbot check` does without most of it
    from bot.assembly.slack import Slack

log = logging.getLogger(__name__)


def panel_editor(config: Config, storage: Storage, slack: "Slack") -> PanelEditor:
    """Return what reads and changes panels. Raises Refused if the panel's file will not do."""
    panels, kept_in = panels_of(config, storage, slack.api.channels.first)
    catalogue = _catalogue(config)
    admins = frozenset(map(UserId, config.admins))
    rights = Rights(slack.people, storage.audit, admins, kept_in, config.members_models)
    return PanelEditor(panels, slack.people, catalogue, rights, storage.audit)


def default_panel(config: Config) -> Panel:
    """Return the panel of all channels, before changes in Slack. Raises Refused for a bad file."""
    return _panel(config, [_load(config.panel_file).defaults] if config.panel_file else [])


def panel_in(config: Config, path: str, channel: str = "", *, inherits: bool = False) -> Panel:
    """Return the panel that the file at *path* has for everybody, or for the *channel* of an id.

    Raises Refused if the file will not do, or has nothing for the channel, unless that *inherits*.
    """
    file = load(path)
    if channel and channel not in file.channels and not inherits:
        raise Refused(f"{path} has nothing of its own for the channel {channel}.")
    own = [file.channels[channel]] if channel in file.channels else []
    return _panel(config, [file.defaults, *own])


def _panel(config: Config, changes: Sequence[RosterChanges]) -> Panel:
    catalogue = _catalogue(config)
    panel = assemble(catalogue.defaults, changes)
    return replace(panel, experts=tuple(map(catalogue.toolbox.restrict, panel.experts)))


@read_once
def _load(path: str) -> PanelFile:
    return load(path, setting="PANELBOT_PANEL_FILE")


@read_once
def _toolbox(path: str) -> Toolbox:
    return tools_file.toolbox(path, os.environ)


def _catalogue(config: Config) -> Catalogue:
    offered = (*library.library(), *discover(library.library()).experts)
    return Catalogue(offered, library.defaults(), tools(config))


def panels_of(
    config: Config, storage: Storage, first_id: Callable[[str], str] = str
) -> tuple[PanelStore, str]:
    """Return the panels as they count, and where they are kept if that is a file."""
    if not config.panel_file:
        return storage.panels, ""
    file = _load(config.panel_file)
    log.info("panel_file.read", extra={"channels": len(file.channels)})
    return FilePanelStore(file.renamed(first_id), storage.panels), file.kept_in


def tools(config: Config) -> Toolbox:
    """Return the tools that experts may have. Raises Refused if they cannot be had."""
    allowed = _toolbox(config.tools).without(config.tools_denied)
    if missing := tools_lacking(config.backend, allowed):
        raise Refused(
            f"PANELBOT_TOOLS allows {', '.join(missing)}, which PANELBOT_BACKEND={config.backend} "
            "cannot offer; take them out of the file, or set PANELBOT_BACKEND=conversations"
        )
    return allowed


def approvers_of(config: Config) -> Approvers:
    """Return who may decide on tools that need approval, where nothing else is said of them."""
    return named(config.approvers, frozenset(map(UserId, config.admins)))


def has_groups_in_tools(config: Config) -> bool:
    """Whether user groups may approve of a tool or give it to experts."""
    try:
        toolbox = tools(config)
    except Refused:  # the tools file has a finding of its own
        return False
    servers = [one for one in toolbox.tools if isinstance(one, McpServer)]
    lists = [*toolbox.equippers.values(), *(a for one in servers for a in one.approvers.values())]
    return any(word.startswith("S") for words in lists for word in words)


def approval_rights(config: Config, slack: "Slack") -> ApprovalRights:
    """Return who may decide on which tool."""
    admins = frozenset(map(UserId, config.admins))
    return ApprovalRights(slack.people, tools(config), approvers_of(config), admins)


def look(config: Config) -> Look | None:
    """Return how to look at a question before the router is asked, if that is wanted."""
    decides, compares = config.router != "responses", config.unsure_by == "agreement"
    if not (decides or compares) or config.backend == "assistants":
        return None
    possible = min(config.router_possible, config.router_threshold)
    thresholds = Thresholds(possible, config.router_threshold, config.router_nobody)
    return Look(thresholds, decides, quiet=config.router == "auto", agreement=compares)


def models(config: Config) -> ModelChoice:
    """Return which models answer where nothing else is said."""
    return ModelChoice(
        router=config.router_model,
        expert=config.expert_model,
        hard=config.hard_model,
        fallbacks=config.fallback_models,
        router_output=config.router_output,
        expert_output=config.expert_output,
        synthesis_output=config.synthesis_output,
    )
