"""Answers of the rule model's experts: to this question, in its language."""
