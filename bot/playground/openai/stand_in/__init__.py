"""What a model is asked and does: the steps of a reply, and the scripted model of the tests."""
