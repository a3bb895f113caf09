"""Calls AWS, to read only: nothing in this package changes an account."""
