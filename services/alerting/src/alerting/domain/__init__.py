"""Pure rules of alerting."""
