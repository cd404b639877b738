"""``auth.test``, ``users.*``, ``bots.info``, ``team.info`` and reactions: who is who."""

from collections.abc import Mapping

from bot.json_types import Json
from bot.playground.slack import payloads
from bot.playground.slack.arguments import ApiError
from bot.playground.slack.company import BOT_ID, BOT_USER
from bot.playground.slack.methods.caller import Method, Site, page, paged
from bot.playground.slack.workspace import Change, Message


def auth_test(site: Site, args: Json) -> Json:
    """Return whose the token is."""
    workspace = site.workspace
    return {
        "url": f"{site.url}/",
        "team": workspace.team_name,
        "user": workspace.users[BOT_USER].name,
        "team_id": workspace.team_id,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def users_info(site: Site, args: Json) -> Json:
    """Return a member."""
    found = site.workspace.users.get(args["user"])
    if found is None:
        raise ApiError("user_not_found")
    return {"user": payloads.user(found, locale=bool(args.get("include_locale")))}


def users_list(site: Site, args: Json) -> Json:
    """Return all members."""
    found, cursor = page(list(site.workspace.users.values()), args, 200)
    locale = bool(args.get("include_locale"))
    shown = [payloads.user(one, locale=locale) for one in found]
    return paged("members", shown, cursor) | {"cache_ts": 0}


def group_members(site: Site, args: Json) -> Json:
    """Return who is in a user group."""
    members = site.workspace.group_members.get(args["usergroup"])
    if members is None:
        raise ApiError("no_such_subteam")
    return {"users": list(members)}


def bots_info(site: Site, args: Json) -> Json:
    """Return the bot."""
    if args.get("bot") != BOT_ID:
        raise ApiError("bot_not_found")
    bot = payloads.bot_profile(site.workspace)
    del bot["team_id"]
    return {"bot": bot}


def team_info(site: Site, args: Json) -> Json:
    """Return the workspace."""
    workspace = site.workspace
    team = {"id": workspace.team_id, "name": workspace.team_name, "domain": "acme"}
    return {"team": team | {"url": f"{site.url}/"}}


def add_reaction(site: Site, args: Json) -> Json:
    """React to a message."""
    message = _reacted_to(site, args)
    users = message.reactions.setdefault(args["name"], [])
    if BOT_USER in users:
        raise ApiError("already_reacted")
    users.append(BOT_USER)
    site.workspace.tell(Change("reaction", message.channel, message))
    return {}


def remove_reaction(site: Site, args: Json) -> Json:
    """Take a reaction back."""
    message = _reacted_to(site, args)
    if BOT_USER not in message.reactions.get(args["name"], ()):
        raise ApiError("no_reaction")
    message.reactions[args["name"]].remove(BOT_USER)
    if not message.reactions[args["name"]]:
        del message.reactions[args["name"]]
    site.workspace.tell(Change("reaction", message.channel, message))
    return {}


def _reacted_to(site: Site, args: Json) -> Message:
    channel = site.channel(args.get("channel", ""))
    message = site.workspace.message(channel.id, args.get("timestamp", ""))
    if message is None:
        raise ApiError("message_not_found")
    return message


METHODS: Mapping[str, Method] = {
    "auth.test": auth_test,
    "bots.info": bots_info,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "team.info": team_info,
    "usergroups.users.list": group_members,
    "users.info": users_info,
    "users.list": users_list,
}
