"""Files, containers, vector stores and a small web: what can be searched."""
