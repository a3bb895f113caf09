"""Reads snapshots of AWS's describe calls."""
