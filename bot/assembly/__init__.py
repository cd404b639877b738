"""What is put together: the only place that knows every part."""
