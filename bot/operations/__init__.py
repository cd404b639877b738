"""What operators do: forget, migrate, probe, export. It works on ports; assembly fills them."""
