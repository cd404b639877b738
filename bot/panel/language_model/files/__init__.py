"""Files that people attach: what models get of them."""
