"""What the command can do, one module per verb or group of verbs."""
