"""The journal of a turn, and what follows from it."""
