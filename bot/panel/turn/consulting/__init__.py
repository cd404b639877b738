"""One expert's part of a turn: by a model or a function, with what it may use and makes."""
