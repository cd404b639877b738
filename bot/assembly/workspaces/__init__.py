"""One set of parts for each workspace: made when it is needed, dropped when it is idle.

The parts of a workspace know its identity, its token and its settings, and no other's. So what
they keep in memory (people, channels, pace, clients) is apart without any of it knowing that there
are other workspaces.
"""
