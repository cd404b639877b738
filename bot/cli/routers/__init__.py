"""Commands about the router: whom it would ask, how well it chooses, what it learns."""
