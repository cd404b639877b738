"""What a turn has already done, written before and after each outside effect."""
