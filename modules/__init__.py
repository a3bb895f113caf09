"""Constructs: the parts of the network.

They transcribe the decisions of `topology.design` and make none of their own.
"""
