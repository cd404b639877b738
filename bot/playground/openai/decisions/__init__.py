"""Decisions: questions about an input, answered by how likely each answer is."""
