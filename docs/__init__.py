"""What people read, and the scripts that write the parts of it that follow from the code."""
