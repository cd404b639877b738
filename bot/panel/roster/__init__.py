"""Who is on a panel, who may change it, and the experts' documents."""
