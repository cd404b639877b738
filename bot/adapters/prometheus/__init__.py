"""Metrics, as Prometheus reads them. Needs the extra ``metrics``."""
