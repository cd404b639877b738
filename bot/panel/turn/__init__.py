"""The story of a turn: link, route, consult, close."""
