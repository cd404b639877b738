"""From a message to a queued turn, and the lease under which a worker runs it."""
