"""A project as the documentation of CDKTF for Python writes it."""
