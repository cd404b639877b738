"""Who may approve of the use of a tool.

Guests and people from other organisations may only if they are named by their own ids. An asker is
whoever wrote the words that caused the request: of several authors, nobody knows whose words did,
so none of them counts as *the* asker, and each as one where the asker may not decide.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bot.panel.approvals import approval_texts
from bot.panel.messaging.people import Person, Role
from bot.panel.model import UserId

_FULL = (Role.ADMIN, Role.MEMBER)


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who may decide on one use of a tool."""

    asker: bool = True  # whoever asked the question, alone
    anyone: bool = False  # every full member
    admins: bool = True  # of the workspace, and of the panel
    users: frozenset[UserId] = frozenset()
    groups: frozenset[str] = frozenset()  # ids of Slack's user groups
    not_the_asker: bool = False  # whatever else they are

    def include(
        self, person: Person, askers: Collection[UserId], groups: Collection[str] = ()
    ) -> bool:
        """Whether *person*, who is in those *groups*, may decide on what *askers* asked for."""
        if self.not_the_asker and person.id in askers:
            return False
        if person.id in self.users:
            return True
        if person.role not in _FULL:
            return False
        is_asker = self.asker and {*askers} == {person.id}
        is_admin = self.admins and person.role is Role.ADMIN
        is_in_group = any(group in self.groups for group in groups)
        return self.anyone or is_asker or is_admin or is_in_group

    def described(self, askers: Collection[UserId]) -> str:
        """Return who they are, as the end of a sentence."""
        return approval_texts.may_decide(
            anyone=self.anyone,
            asker=self.asker and not self.not_the_asker and len({*askers}) == 1,
            admins=self.admins,
            named=bool(self.users or self.groups),
            not_the_asker=self.not_the_asker,
        )


def named(words: Collection[str], admins: Collection[UserId] = ()) -> Approvers:
    """Return the approvers listed in *words*; *admins* are those of the panel."""
    ids = set(words) - {"asker", "anyone", "admins"}
    own = frozenset(admins) if "admins" in words else frozenset[UserId]()
    return Approvers(
        asker="asker" in words,
        anyone="anyone" in words,
        admins="admins" in words,
        users=own | {UserId(id_) for id_ in ids if not id_.startswith("S")},
        groups=frozenset(id_ for id_ in ids if id_.startswith("S")),
    )
