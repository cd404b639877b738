"""What operators set: the environment, tools, prices, panel files."""
