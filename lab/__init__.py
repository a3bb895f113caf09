"""Builds the network model out of Linux namespaces, with real packets, name servers and TLS."""

from lab.host import Lab, UnavailableError, build_lab, missing

__all__ = ["Lab", "UnavailableError", "build_lab", "missing"]
