"""Who acts where no person in Slack does: whoever runs a command."""

import os
import pwd
import socket


def operator() -> str:
    """Return who runs this command, for the audit log: the user of the operating system."""
    return f"operator:{_user()}@{socket.gethostname()}"


def _user() -> str:
    """Return the user's name, or the number of one without a name; the environment may lie."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
