"""Experts and panels as YAML that people write, review and compare.

``nodes`` knows where each value stands, ``records`` brings YAML and dataclasses together, field by
field, ``reading`` and ``writing`` know the file of a panel, and ``comparing`` two of them.
"""
