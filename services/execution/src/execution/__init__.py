"""Carries orders through their life at the brokers, and reports what happened."""
