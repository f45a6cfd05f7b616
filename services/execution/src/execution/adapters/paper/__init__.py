"""The paper venue: a durable book with margin, fees and depth, behind the same port as every broker."""
