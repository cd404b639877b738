"""A local OpenAI API: conversations and responses, with faults on demand."""
