"""The page: what it draws, and what people do through it."""
