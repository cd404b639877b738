"""The models' side: their server, and functions that stand in for models."""
