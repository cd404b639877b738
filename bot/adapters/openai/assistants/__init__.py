"""The backend ``assistants``, on the Assistants API."""
