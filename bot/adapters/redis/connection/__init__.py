"""How Redis is reached: address, connection, scripts, schema."""
