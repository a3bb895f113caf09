"""Changes of the sound topology that several tests make, each with its line."""

from tests.topology.sound import Change

__all__ = ["ledger", "pools", "services", "zones"]


def ledger(cidr: str) -> Change:
    """Change the range of spoke "ledger", on line 17."""
    return "cidr: 10.0.5.0/24", f"cidr: {cidr}"


def zones(value: str) -> Change:
    """Change the zones of the hub, on line 9."""
    return "[use1-az1, use1-az2]", value


def pools(value: str) -> Change:
    """Change the pools of the hub, on line 10."""
    return "[10.0.4.0/22]", value


def services(value: str) -> Change:
    """Change the services of the hub, on line 11."""
    return "[kms, ssm, ssmmessages]", value
