"""Proofs about Terraform JSON. Pure: reads what would be applied, never the topology file."""
