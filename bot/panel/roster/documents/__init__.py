"""The documents that experts are given."""
