"""What buttons, forms and commands have in common: who acted, and how they are answered."""
