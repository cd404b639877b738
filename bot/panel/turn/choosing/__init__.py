"""Who answers: experts that a model chooses, that are likely wanted, or that people choose."""
