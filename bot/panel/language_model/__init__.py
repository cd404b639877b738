"""What the panel needs of language models, and how it asks them."""
