"""Showing every text to the operator's redactors before it goes to a model."""
