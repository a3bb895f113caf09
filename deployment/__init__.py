"""Turns a design into applied stacks: synthesis, Terraform, order."""
