"""What every service runs on: declaration, settings, life cycle, HTTP, logs, clock."""
