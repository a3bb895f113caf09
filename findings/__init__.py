"""What a check found, and how it is shown. Pure."""
