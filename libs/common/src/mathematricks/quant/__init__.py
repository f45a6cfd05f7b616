"""Arithmetic on return series, in pure numpy: two services that disagree here lose money."""
