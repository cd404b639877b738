"""Tools that an expert may use only if somebody approves."""
