"""A local OpenAI API: conversations, responses and documents, with faults on demand."""
