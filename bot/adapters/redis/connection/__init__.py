"""Connecting to Redis: address, client, errors, Lua scripts, schema version."""
