"""The venue's pure middle: a book, a command or a quote, and now; out comes the next book and what happened."""
