"""The `./hub` command: each verb calls one function of another package and shows the result."""
