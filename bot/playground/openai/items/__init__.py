"""The items that conversations and responses consist of."""
