"""What operators do: forget, migrate, probe, export."""
