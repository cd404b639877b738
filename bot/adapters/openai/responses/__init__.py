"""The backends ``conversations`` and ``stateless``, on the Responses API."""
