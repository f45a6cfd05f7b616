"""What handlers and jobs do, one step each: claim, submit, record, follow up, resolve, protect, unwind."""
