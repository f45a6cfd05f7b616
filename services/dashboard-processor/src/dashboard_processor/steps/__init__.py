"""What is told of money, step by step: statements, funds, signals, senders, cards, curves."""
