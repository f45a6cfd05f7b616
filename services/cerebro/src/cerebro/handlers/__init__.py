"""What Cerebro does with each message, and the desk that decides one signal at a time."""
