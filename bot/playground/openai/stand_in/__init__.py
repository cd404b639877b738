"""The stand-in model: rules, or a script for tests."""
