"""Runs a topology's organization on this machine."""
