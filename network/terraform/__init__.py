"""Reads stacks, plans and states."""
