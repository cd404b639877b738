"""Who is on a panel, who may change it, and what its experts know."""
