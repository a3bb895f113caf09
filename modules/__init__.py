"""Constructs: the parts of the network. They transcribe decisions of `topology.design` and make none."""
