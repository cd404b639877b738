"""The files that settings name: panels, tools, prices; read with all their faults, and written."""
