"""Whether the model's side can serve us, and what it does."""
