"""The experts' documents, in vector stores."""
