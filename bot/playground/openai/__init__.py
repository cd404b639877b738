"""A local OpenAI API: conversations and responses, and the old assistants; faults on demand."""
