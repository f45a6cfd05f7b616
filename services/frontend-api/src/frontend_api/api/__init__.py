"""What the frontend's API serves, by page."""
