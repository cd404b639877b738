"""From a message to a queued turn, and the lease under which a worker has it."""
