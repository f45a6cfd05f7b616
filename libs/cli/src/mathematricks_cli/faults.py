"""What may go wrong that the operator can mend."""


class OperatorFault(Exception):
    """Something the operator can mend; the text says what is wrong and what to do."""
