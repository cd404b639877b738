"""Routing, beside the turn that does it: how likely each expert is wanted, what was decided, what
people corrected, and what the router is shown of that.
"""
