"""Evaluation: whom the router asks, measured on questions for which the right experts are known.

``questions`` are labelled by hand; ``router_trial`` asks the router as a turn does, and consults
nobody; ``evaluation`` does so for all questions; ``scores`` says how right it was, and ``reports``
writes that down. ``checks`` and ``judges`` look at answers, where experts are asked, too: by the
demo's ``answers``.
"""
