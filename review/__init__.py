"""Intent against proof. Pure."""
