"""A venue that is a process of its own, reached over HTTP and WebSocket."""
