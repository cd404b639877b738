"""Redis: the queue of turns, their journals, and what is stored of threads and panels."""
