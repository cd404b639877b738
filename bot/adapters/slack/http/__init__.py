"""Receiving payloads over HTTP, where anybody can connect."""
