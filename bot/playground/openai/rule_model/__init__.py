"""The model of the demo: rules, no AI."""
