"""How a synthesis starts fast."""
