"""A topology's organization on this machine."""
