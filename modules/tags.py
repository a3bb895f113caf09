"""The tags of one resource. Tags common to all resources of a provider are its `default_tags`."""

from __future__ import annotations

__all__ = ["tags"]


def tags(name: str, part: str) -> dict[str, str]:
    """The name to show in the console, and the part of the topology that the resource belongs to."""
    return {"Name": name, "hub:part": part}
