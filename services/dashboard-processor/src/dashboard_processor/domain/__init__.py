"""Pure rules of the dashboard documents."""
