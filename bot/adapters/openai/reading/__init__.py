"""Reading what servers sent, whatever it is: fields, items, texts, calls and streams."""
