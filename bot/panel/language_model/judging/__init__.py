"""How likely experts are wanted: what models are asked for that, and what their answers say."""
