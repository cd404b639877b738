"""The generated parts of the docs: everything that the code says better than a person would.

``python -m docsgen`` writes them, ``python -m docsgen --check`` says which are stale.
"""
