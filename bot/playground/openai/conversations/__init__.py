"""``/v1/conversations``, and what the server stores."""
