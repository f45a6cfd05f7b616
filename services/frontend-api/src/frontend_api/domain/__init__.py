"""Pure rules of who may enter, what they may see, and what a receipt says."""
