"""Takes every sender's body, keeps it, and says in the desk's words what it means."""
