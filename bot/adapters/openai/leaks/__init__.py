"""What models without the right parser let into a text: thoughts, marks, calls of tools."""
