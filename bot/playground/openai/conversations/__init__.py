"""``/v1/conversations``, and the items that conversations and responses consist of."""
