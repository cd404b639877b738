"""What people see of a turn while it runs: messages, streams, the plan, failures."""
