"""What the reader of Terraform knows of every resource type and argument: read, irrelevant, or not modelled."""
