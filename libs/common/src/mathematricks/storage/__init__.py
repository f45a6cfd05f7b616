"""MongoDB, the only place where truth lives."""
