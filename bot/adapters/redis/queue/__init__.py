"""The queue of turns, their journals, and the pace of calls."""
