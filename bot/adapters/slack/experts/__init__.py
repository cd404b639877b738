"""``/experts`` and its forms: panels as people see and change them."""
