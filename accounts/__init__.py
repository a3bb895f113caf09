"""Asks AWS. Reads, and changes nothing."""
