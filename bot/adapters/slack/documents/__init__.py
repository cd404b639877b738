"""Documents of experts: given in a form, listed, and removed."""
