"""Tags of one resource; those that all resources of a provider share are the provider's `default_tags`."""

from __future__ import annotations

__all__ = ["tags"]


def tags(name: str, part: str) -> dict[str, str]:
    """The name that the console shows, and which part of the topology the resource is."""
    return {"Name": name, "hub:part": part}
