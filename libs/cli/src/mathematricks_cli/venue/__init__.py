"""The paper venue as a process of its own, with faults on demand."""
