"""The run folder on disk. Nothing here knows a framework."""
