"""What processes tell each other: which bot works here, who listens, with which files."""
