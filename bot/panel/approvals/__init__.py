"""Tools that an expert may use only with somebody's approval."""
