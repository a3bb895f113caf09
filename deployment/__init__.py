"""A design becomes applied stacks: synthesis, Terraform, order."""
