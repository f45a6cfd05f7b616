"""The desk over history: the same decisions and the same optimisers, folded over days that were or might have been."""
