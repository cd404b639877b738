"""A local OpenAI API: conversations, responses, documents, and the old assistants."""
