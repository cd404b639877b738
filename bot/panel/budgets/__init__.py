"""Budgets: limits of what models may cost, checked before each request and settled after it."""
