"""What goes on, as traces of OpenTelemetry: imported only where they are wanted."""
