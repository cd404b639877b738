"""What conversations hold: which item answers which, what is there twice, and all of a thread."""
