"""The audit log: who did what where, without any content."""
