"""What people do about money that people own and are owed."""
